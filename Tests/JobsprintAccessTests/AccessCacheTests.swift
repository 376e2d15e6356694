import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintAccess

/// One load for a key at a time, and none that is older than a change. (How long things are remembered:
/// SessionOfficeTests, APIKeyLifetimeTests.)
@Suite(.timeLimit(.minutes(1))) struct AccessCacheTests {
  private let clock = TestClock()
  private let counts = CacheCounts()

  private func cache(_ epoch: any AccessEpoch) -> AccessCache<String, Int> {
    AccessCache(.roles, epoch: epoch, memory: .seconds(1), clock: clock, counts: counts)
  }

  /// A store that answers when it is told to.
  private final class Gate: Sendable {
    private let state = Mutex<(loads: Int, isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((0, false, []))

    var loads: Int { state.withLock { $0.loads } }

    func open() {
      let waiting = state.withLock { state in
        state.isOpen = true
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }

    func pass() async {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          state.loads += 1
          if !state.isOpen { state.waiting.append(continuation) }
          return state.isOpen
        }
        if isOpen { continuation.resume() }
      }
    }
  }

  @Test(arguments: [Int?.none, 7])
  func manyLookUpsOfOneMissingKeyMakeOneLoad(found: Int?) async throws {
    let (cache, gate) = (cache(MemoryAccessEpoch()), Gate())
    let values = try await withThrowingTaskGroup(of: Int?.self) { group in
      for _ in 0..<10_000 {
        group.addTask {
          try await cache.value(of: "key") { () async throws(PortError) in
            await gate.pass()
            return found
          }
        }
      }
      try await eventually {
        counts.count(of: .miss, in: .roles) + counts.count(of: .shared, in: .roles) == 10_000
      }
      gate.open()
      return try await group.reduce(into: [Int?]()) { $0.append($1) }
    }
    #expect(gate.loads == 1)
    #expect(values.count == 10_000 && values.allSatisfy { $0 == found })
    #expect(counts.count(of: .miss, in: .roles) == 1)
  }

  @Test func whatWasSoAMomentAgoIsRememberedUntilItIsKnownToBeGone() async throws {
    let epoch = MemoryAccessEpoch()
    let cache = cache(epoch)
    #expect(cache.remembered("key") == nil)
    #expect(try await cache.value(of: "key") { () async throws(PortError) in 7 } == 7)
    await epoch.advance()
    #expect(cache.remembered("key") == 7, "nobody was asked since")
    #expect(try await cache.value(of: "key") { () async throws(PortError) in nil } == nil)
    #expect(cache.remembered("key") == nil)
    #expect(try await cache.value(of: "key") { () async throws(PortError) in 8 } == 8)
    clock.advance(by: .seconds(1))
    #expect(cache.remembered("key") == nil)
  }

  @Test func whoAsksBehindAChangeDoesNotShareALoadFromBefore() async throws {
    let epoch = MemoryAccessEpoch()
    let (cache, before, behind) = (cache(epoch), Gate(), Gate())
    let old = Task {
      try await cache.value(of: "key") { () async throws(PortError) in
        await before.pass()
        return 1
      }
    }
    try await eventually { before.loads == 1 }
    await epoch.advance()
    behind.open()
    let new = try await cache.value(of: "key") { () async throws(PortError) in
      await behind.pass()
      return 2
    }
    before.open()
    #expect(try await old.value == 1 && new == 2)
    let next = try await cache.value(of: "key") { () async throws(PortError) in 3 }
    #expect(next != 1, "the older load is nobody's answer any more")
  }

  @Test func aFailedLoadFailsForAllWhoShareItAndIsTriedAgain() async throws {
    let cache = cache(MemoryAccessEpoch())
    await #expect(throws: PortError.self) {
      try await cache.value(of: "key") { () async throws(PortError) in throw PortError(.unavailable, "no") }
    }
    #expect(try await cache.value(of: "key") { () async throws(PortError) in 4 } == 4)
    #expect(try await cache.value(of: "key") { () async throws(PortError) in 5 } == 4)
    #expect(counts.count(of: .hit, in: .roles) == 1)
  }
}
