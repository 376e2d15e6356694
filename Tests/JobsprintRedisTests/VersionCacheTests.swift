import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintRedis
import JobsprintTesting
import Testing

/// Turns bytes round and puts the context behind them: enough to see what is handed on as what.
private struct TurningCipher: TransitCipher {
  func seal(_ bytes: [UInt8], as context: String) -> [UInt8]? { bytes.map { ~$0 } + Array(context.utf8) }

  func open(_ sealed: [UInt8], as context: String) -> [UInt8]? {
    guard sealed.suffix(context.utf8.count).elementsEqual(context.utf8) else { return nil }
    return sealed.dropLast(context.utf8.count).map { ~$0 }
  }
}

/// Some of these stop their server: one after the other.
@Suite(.serialized, .timeLimit(.minutes(2))) struct VersionCacheTests {
  private static let given = Task { try await TestRedis() }
  private static let cluster = Task { try await TestRedisCluster() }
  private static let document = Array("{ \"nodes\": [],\t\"note\": \"canary-\u{e9}\" }".utf8)

  private let clock = TestClock(at: Timestamp(milliseconds: 1_800_000_000_000))

  private func version(_ number: Int, _ document: [UInt8] = document) -> StoredVersion {
    StoredVersion(
      id: .numbered(number), workflow: .numbered(number + 1000), name: "name \(number)", document: document,
      createdAt: .seconds(Int64(number)))
  }

  /// A process that hears what others tell.
  private func withCache<Value: Sendable>(
    of url: String? = nil, prefix: String = "versions-\(UInt64.random(in: 0 ... .max))",
    _ body: (any VersionCache, RedisSharedState) async throws -> Value
  ) async throws -> Value {
    var options = RedisSharedState.Options(address: try await Self.given.value.url)
    if let url { options.address = url }
    options.prefix = prefix
    options.versionCipher = TurningCipher()
    let hub = EventHub(clock: clock, makeID: { UUIDv7(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)) })
    let state = try RedisSharedState(
      options, clock: clock, rateLimiter: MemoryRateLimiter(clock: clock), attempts: MemoryAttemptLedger(),
      pendingSignIns: MemoryPendingSignIns(clock: clock), hub: hub)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await state.run() }
      defer { group.cancelAll() }
      let cache = try #require(state.versions)
      var news = cache.news.makeAsyncIterator()
      #expect(await news.next() == .listening)
      return try await body(cache, state)
    }
  }

  private func lease(_ answer: VersionAnswer) throws -> VersionLease {
    guard case .missing(let lease) = answer else { throw ServerFailure(reason: "\(answer)") }
    return try #require(lease)
  }

  @Test func whatOneProcessKeepsAnotherFinds() async throws {
    for url in [nil, try await Self.cluster.value.url] {
      try await withCache(of: url, prefix: "shared-versions") { one, state in
        try await withCache(of: url, prefix: "shared-versions") { other, _ in
          let lease = try lease(await one.find(.numbered(1), in: .initial))
          // Of many that miss it one is to keep it.
          #expect(await other.find(.numbered(1), in: .initial) == .missing(nil))
          one.keep(version(1), in: .initial, under: lease)
          try await eventually { await other.find(.numbered(1), in: .initial) == .found(version(1)) }
          #expect(await other.find(.numbered(1), in: .numbered(7)) != .found(version(1)), "another workspace")
          #expect(state.metrics.takeovers.isEmpty)
        }
      }
    }
  }

  @Test func withoutItsLeaseNothingIsKept() async throws {
    try await withCache { cache, _ in
      _ = try lease(await cache.find(.numbered(1), in: .initial))
      cache.keep(version(1), in: .initial, under: VersionLease(token: "another"))
      let lease = try lease(await cache.find(.numbered(2), in: .initial))
      cache.keep(version(2), in: .initial, under: lease)
      // They are done in their order.
      try await eventually { await cache.find(.numbered(2), in: .initial) == .found(version(2)) }
      #expect(await cache.find(.numbered(1), in: .initial) == .missing(nil))
      let large = version(3, [UInt8](repeating: 32, count: (1 << 20) + 1))
      cache.keep(large, in: .initial, under: try self.lease(await cache.find(.numbered(3), in: .initial)))
      #expect(await cache.find(.numbered(3), in: .initial) == .missing(nil), "it is too large")
    }
  }

  @Test func whatLiesInRedisIsSealedAndWhatSomebodyChangesIsNotBelieved() async throws {
    let redis = try await Self.given.value
    try await withCache(prefix: "sealed") { cache, _ in
      let lease = try lease(await cache.find(.numbered(1), in: .initial))
      cache.keep(version(1), in: .initial, under: lease)
      try await eventually { await cache.find(.numbered(1), in: .initial) == .found(version(1)) }
      let key = "sealed:{version:\(WorkspaceID.initial):\(VersionID.numbered(1))}"
      #expect(try await !redis.command("--no-raw", "GET", key).contains("canary"))
      #expect(
        try await redis.command("TTL", key).split(separator: "\n").first.flatMap { Int($0) }.map { 3500...3600 ~= $0 }
          == true)
      for wrong in ["", "no version", "{}"] {
        try await redis.command("SET", key, wrong)
        #expect(await cache.find(.numbered(1), in: .initial) == .missing(nil))
        // It is thrown away, so that it can be kept anew.
        var lease: VersionLease?
        try await eventually {
          if case .missing(.some(let found)) = await cache.find(.numbered(1), in: .initial) { lease = found }
          return lease != nil
        }
        cache.keep(version(1), in: .initial, under: try #require(lease))
        try await eventually { await cache.find(.numbered(1), in: .initial) == .found(version(1)) }
      }
    }
  }

  @Test func changesAreToldToAllProcesses() async throws {
    try await withCache(prefix: "changes") { one, _ in
      try await withCache(prefix: "changes") { other, _ in
        var ownNews = one.news.makeAsyncIterator()
        var news = other.news.makeAsyncIterator()
        one.tell(changed: .numbered(5), in: .numbered(7))
        #expect(await news.next() == .changed(.numbered(5), in: .numbered(7)))
        #expect(await ownNews.next() == .changed(.numbered(5), in: .numbered(7)))
        let redis = try await Self.given.value
        for nonsense in ["", "a b", "\(WorkspaceID.initial)"] {
          try await redis.command("PUBLISH", "changes:versions", nonsense)
        }
        other.tell(changed: .numbered(6), in: .numbered(7))
        #expect(await news.next() == .changed(.numbered(6), in: .numbered(7)))
      }
    }
  }

  @Test func whatWasInUseLatelyIsKnownToThoseThatStartLater() async throws {
    func use(_ number: Int) -> VersionUse {
      VersionUse(workspace: .initial, workflow: .numbered(number), version: .numbered(number))
    }
    try await withCache(prefix: "uses") { one, _ in
      for number in Array(1...250) + [100] {
        one.note(use(number))
        // It is stamped when it is told.
        try await eventually { await one.recent(upTo: 1) == [use(number)] }
        clock.advance(by: .milliseconds(1))
      }
      let recent = await one.recent(upTo: 1000)
      #expect(recent.count == 200 && recent.first == use(100) && recent.last?.version != .numbered(1))
      try await withCache(prefix: "uses") { other, _ in
        #expect(await other.recent(upTo: 3) == [use(100), use(250), use(249)])
      }
    }
  }

  @Test func withoutRedisNothingIsAskedAndWhatWasMissedIsTold() async throws {
    try await withCache(prefix: "lost") { cache, state in
      var news = cache.news.makeAsyncIterator()
      let lease = try lease(await cache.find(.numbered(1), in: .initial))
      cache.keep(version(1), in: .initial, under: lease)
      try await eventually { await cache.find(.numbered(1), in: .initial) == .found(version(1)) }
      try await Self.given.value.kill()
      #expect(await news.next() == .lost)
      for _ in 0..<100 { #expect(await cache.find(.numbered(1), in: .initial) == .away) }
      // Without a question to it.
      #expect(state.metrics.takeovers[.versions] ?? 0 == 0)
      try await Self.given.value.start()
      #expect(await news.next() == .listening)
      // It comes back empty.
      try await eventually {
        if case .missing = await cache.find(.numbered(1), in: .initial) { true } else { false }
      }
    }
  }

  @Test func aPausedRedisCostsOneWaitHereToo() async throws {
    try await withCache { cache, state in
      try await Self.given.value.pause()
      let begin = ContinuousClock.now
      for _ in 0..<200 { #expect(await cache.find(.numbered(1), in: .initial) == .away) }
      let all = ContinuousClock.now - begin
      try await Self.given.value.resume()
      #expect(all < .seconds(5), "two hundred questions to a Redis that is paused")
      #expect(state.metrics.takeovers[.versions] ?? 0 > 0)
    }
  }

  @Test func aFullRedisKeepsNothingAndHarmsNobody() async throws {
    let redis = try await Self.given.value
    try await withCache { cache, _ in
      try await redis.command("CONFIG", "SET", "maxmemory", "1")
      #expect(await cache.find(.numbered(1), in: .initial) == .away)
      try await redis.command("CONFIG", "SET", "maxmemory", "0")
      _ = try lease(await cache.find(.numbered(1), in: .initial))
    }
  }
}
