import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintRedis
import JobsprintTesting
import Testing

/// All of these need a server, and some of them stop it: one after the other.
@Suite(.serialized, .timeLimit(.minutes(2))) struct JobsprintRedisTests {
  private static let given = Task { try await TestRedis() }
  private static let cluster = Task { try await TestRedisCluster() }

  private let clock = TestClock(at: Timestamp(milliseconds: 1_800_000_000_000))

  /// One process of an installation, for as long as the body runs.
  private func withProcess<Value: Sendable>(
    of url: String? = nil, prefix: String = "test-\(UInt64.random(in: 0 ... .max))",
    body: (RedisSharedState) async throws -> Value
  ) async throws -> Value {
    var options = RedisSharedState.Options(address: try await Self.given.value.url)
    if let url { options.address = url }
    options.prefix = prefix
    let hub = EventHub(clock: clock, makeID: { UUIDv7(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)) })
    let state = try RedisSharedState(
      options, clock: clock, rateLimiter: MemoryRateLimiter(clock: clock), attempts: MemoryAttemptLedger(),
      pendingSignIns: MemoryPendingSignIns(clock: clock), hub: hub)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await state.run() }
      defer { group.cancelAll() }
      return try await body(state)
    }
  }

  private static let quota = RateQuota(limit: 3, window: .seconds(60))

  private func isAllowed(_ state: RedisSharedState) async -> Bool? {
    await state.rateLimiter.decide([RateCharge(subject: "key:1:read", quota: Self.quota)], of: "key:1")?.isAllowed
  }

  private func kill() async throws { try await Self.given.value.kill() }
  private func start() async throws { try await Self.given.value.start() }

  // MARK: The promises of the ports

  @Test(arguments: RateLimiterConformance.checks)
  func rateLimits(_ check: ConformanceCheck<RateLimiterUnderTest>) async throws {
    try await withProcess { state in
      try await check.run(on: RateLimiterUnderTest(limiter: state.rateLimiter, clock: clock))
      #expect(state.metrics.takeovers.isEmpty)
    }
  }

  @Test(arguments: RateLimiterConformance.checks)
  func rateLimitsInACluster(_ check: ConformanceCheck<RateLimiterUnderTest>) async throws {
    try await withProcess(of: Self.cluster.value.url) { state in
      try await check.run(on: RateLimiterUnderTest(limiter: state.rateLimiter, clock: clock))
      #expect(state.metrics.takeovers.isEmpty)
    }
  }

  @Test(arguments: AttemptConformance.checks)
  func attempts(_ check: ConformanceCheck<any AttemptLedger>) async throws {
    try await withProcess { state in
      try await check.run(on: state.attempts)
      #expect(state.metrics.takeovers.isEmpty)
    }
  }

  @Test(arguments: AttemptConformance.checks)
  func attemptsInACluster(_ check: ConformanceCheck<any AttemptLedger>) async throws {
    try await withProcess(of: Self.cluster.value.url) { state in try await check.run(on: state.attempts) }
  }

  @Test(arguments: PendingSignInConformance.checks)
  func pendingSignIns(_ check: ConformanceCheck<any PendingSignIns>) async throws {
    try await withProcess { state in
      try await check.run(on: state.pendingSignIns)
      #expect(state.metrics.takeovers.isEmpty)
    }
  }

  @Test(arguments: PendingSignInConformance.checks)
  func pendingSignInsInACluster(_ check: ConformanceCheck<any PendingSignIns>) async throws {
    try await withProcess(of: Self.cluster.value.url) { state in try await check.run(on: state.pendingSignIns) }
  }

  @Test(arguments: LockConformance.checks)
  func locks(_ check: ConformanceCheck<LocksUnderTest>) async throws {
    try await withProcess { state in
      try await check.run(on: LocksUnderTest(locks: state.locks, pass: { _ in }))
      #expect(state.metrics.takeovers.isEmpty)
    }
  }

  @Test(arguments: LockConformance.checks)
  func locksInACluster(_ check: ConformanceCheck<LocksUnderTest>) async throws {
    try await withProcess(of: Self.cluster.value.url) { state in
      try await check.run(on: LocksUnderTest(locks: state.locks, pass: { _ in }))
    }
  }

  // MARK: Several processes

  @Test func ofTwoProcessesOneHoldsALock() async throws {
    try await withProcess(prefix: "locks") { one in
      try await withProcess(prefix: "locks") { other in
        let lock = try #require(await one.locks.acquire("a", for: .seconds(600)))
        #expect(await other.locks.acquire("a", for: .seconds(600)) == nil)
        await one.locks.release(lock)
        let next = try #require(await other.locks.acquire("a", for: .seconds(600)))
        #expect(next.fence > lock.fence)
        #expect(await !one.locks.renew(lock, for: .seconds(600)))
      }
    }
  }

  @Test func aSignInThatOneProcessHasBegunIsEndedByAnotherOnceAndInTime() async throws {
    let redis = try await Self.given.value
    try await withProcess(prefix: "sign-ins") { one in
      try await withProcess(prefix: "sign-ins") { other in
        await one.pendingSignIns.keep([1], under: "a", for: .seconds(600))
        let left = try await redis.command("PTTL", "sign-ins:sign-in:a")
        #expect((1...600_000).contains(Int(left.filter(\.isNumber)) ?? 0), "\(left)")
        #expect(await other.pendingSignIns.take("a") == [1])
        #expect(await one.pendingSignIns.take("a") == nil)
      }
    }
  }

  @Test func twoProcessesCountTogether() async throws {
    try await withProcess(prefix: "together") { one in
      try await withProcess(prefix: "together") { other in
        var allowed: [Bool?] = []
        for state in [one, other, one, other, one] { allowed.append(await isAllowed(state)) }
        #expect(allowed == [true, true, true, false, false])
        for _ in 0..<6 { #expect(await one.attempts.begin([.account("a")], at: clock.now) == nil) }
        #expect(await other.attempts.begin([.account("a")], at: clock.now) == .seconds(1))
      }
    }
  }

  @Test func aChangeOfAccessIsSeenByTheNextQuestionOfAnotherProcess() async throws {
    try await withProcess(prefix: "epoch") { one in
      try await withProcess(prefix: "epoch") { other in
        var marks: [AccessMark?] = [await other.epoch.current()]
        #expect(await one.epoch.current() == marks[0])
        for _ in 0..<50 {
          await one.epoch.advance()
          marks.append(await other.epoch.current())
          #expect(await one.epoch.current() == marks.last)
        }
        #expect(Set(marks).count == 51 && !marks.contains(nil))
      }
    }
  }

  private func event(_ number: Int) -> ExecutionEvent {
    ExecutionEvent(execution: .numbered(number), workspace: .initial, state: .success)
  }

  /// Returns when so many processes hear the events of an installation.
  private func listening(_ count: Int, to prefix: String) async throws {
    let redis = try await Self.given.value
    try await eventually {
      try await redis.command("PUBSUB", "NUMSUB", "\(prefix):events").split(separator: "\n").last == "\(count)"
    }
  }

  @Test func readersOfAllProcessesGetTheEventsOfAllInOneOrder() async throws {
    try await withProcess(prefix: "all") { one in
      try await withProcess(prefix: "all") { other in
        try await listening(2, to: "all")
        var readers = [one, other].map { $0.feed.read(.initial, after: nil).events.makeAsyncIterator() }
        for number in 1...100 { (number % 2 == 0 ? one : other).feed.publish(event(number)) }
        var seen: [[FeedEvent?]] = [[], []]
        for place in 0..<2 {
          for _ in 0..<100 { seen[place].append(await readers[place].next()) }
        }
        #expect(seen[0] == seen[1])
        #expect(Set(seen[0].map { $0?.event }).count == 100)
        #expect(one.metrics.takeovers.isEmpty && other.metrics.takeovers.isEmpty)
      }
    }
  }

  // MARK: Without Redis

  @Test func withoutRedisNobodyHoldsALockAndTheNumbersRiseAllTheSame() async throws {
    try await withProcess(prefix: "lost-locks") { state in
      let lock = try #require(await state.locks.acquire("a", for: .seconds(600)))
      try await kill()
      #expect(await !state.locks.renew(lock, for: .seconds(600)))
      #expect(await state.locks.acquire("a", for: .seconds(600)) == nil)
      #expect(await state.locks.acquire("b", for: .seconds(600)) == nil)
      #expect(state.metrics.takeovers[.locks] == 3)
      try await start()
      // It has lost all, the last number, too; time has gone on since.
      clock.advance(by: .seconds(1))
      var next: HeldLock?
      try await eventually {
        next = await state.locks.acquire("a", for: .seconds(600))
        return next != nil
      }
      #expect(try #require(next).fence > lock.fence)
    }
  }

  @Test func withoutRedisAProcessTellsItsOwnEventsAndWhoComesBackHearsOfTheGap() async throws {
    try await withProcess(prefix: "alone") { state in
      try await listening(1, to: "alone")
      var reader = state.feed.read(.initial, after: nil).events.makeAsyncIterator()
      state.feed.publish(event(1))
      let first = try #require(await reader.next())
      try await kill()
      #expect(await reader.next() == nil)
      let again = state.feed.read(.initial, after: first.id)
      #expect(again.hasGap)
      var events = again.events.makeAsyncIterator()
      state.feed.publish(event(2))
      #expect(await events.next()?.event == event(2))
      #expect(state.metrics.takeovers[.events] == 1)
      try await start()
    }
  }

  @Test func withoutRedisEachProcessCountsForItselfAndSaysSo() async throws {
    try await withProcess { state in
      #expect(await isAllowed(state) == true)
      try await kill()
      for _ in 0..<3 { #expect(await isAllowed(state) == true) }
      #expect(await isAllowed(state) == false)
      for _ in 0..<6 { #expect(await state.attempts.begin([.account("a")], at: clock.now) == nil) }
      #expect(await state.attempts.begin([.account("a")], at: clock.now) == .seconds(1))
      #expect(state.metrics.takeovers[.rateLimits] == 4 && state.metrics.takeovers[.attempts] == 7)
      // It comes back empty: counting begins anew, and limits hold.
      try await start()
      try await eventually { state.metrics.connected == 1 }
      var allowed = 0
      for _ in 0..<5 where await isAllowed(state) == true { allowed += 1 }
      #expect(allowed == 3 && state.metrics.takeovers[.rateLimits] == 4)
    }
  }

  @Test func aPausedRedisCostsOneWaitAndThenNothing() async throws {
    try await withProcess { state in
      #expect(await isAllowed(state) == true)
      try await Self.given.value.pause()
      let begin = ContinuousClock.now
      #expect(await isAllowed(state) == true)
      let first = ContinuousClock.now - begin
      for _ in 0..<1000 { _ = await isAllowed(state) }
      let all = ContinuousClock.now - begin
      try await Self.given.value.resume()
      #expect((Duration.milliseconds(400) ... .seconds(5)).contains(first))
      #expect(all - first < .seconds(5), "a thousand questions to a Redis that is paused")
      #expect(state.metrics.takeovers[.rateLimits] == 1001)
    }
  }

  @Test func aFullRedisIsAsGoodAsNone() async throws {
    let redis = try await Self.given.value
    try await withProcess { state in
      let before = await state.epoch.current()
      #expect(before != nil)
      try await redis.command("CONFIG", "SET", "maxmemory", "1")
      for _ in 0..<3 { #expect(await isAllowed(state) == true) }
      #expect(await isAllowed(state) == false)
      // The change can't be told, and is owed: nobody here trusts what he remembers.
      await state.epoch.advance()
      #expect(await state.epoch.current() == nil)
      try await redis.command("CONFIG", "SET", "maxmemory", "0")
      let after = await state.epoch.current()
      #expect(after != nil && after != before)
      #expect(state.metrics.takeovers[.rateLimits] == 4)
    }
  }

  @Test func withoutRedisNobodyCanSayWhoseAccessHasChangedAndTheChangeIsToldLater() async throws {
    try await withProcess(prefix: "owed") { one in
      try await withProcess(prefix: "owed") { other in
        await one.epoch.advance()
        let before = await other.epoch.current()
        try await kill()
        #expect(await other.epoch.current() == nil)
        await one.epoch.advance()
        try await start()
        try await eventually { one.metrics.connected == 1 && other.metrics.connected == 1 }
        // Wiped, it has another mark already; what was owed makes a new one.
        let wiped = await other.epoch.current()
        #expect(wiped != before && wiped != nil)
        let told = await one.epoch.current()
        #expect(told != wiped)
        #expect(await other.epoch.current() == told)
      }
    }
  }

  @Test(arguments: ["http://redis", "redis://sesame@", "rediss://h?cacertfile=/nowhere.pem"])
  func anAddressThatCantBeUsed(url: String) async throws {
    let error = await #expect(throws: RedisAddressError.self) { try await withProcess(of: url) { _ in } }
    #expect(error?.message.contains("sesame") == false)
  }
}
