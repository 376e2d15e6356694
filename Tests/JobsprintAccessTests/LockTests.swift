import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

/// Running what needs a lock. (What a lock promises: LockConformance.)
@Suite(.timeLimit(.minutes(1))) struct LockTests {
  private let clock = TestClock()

  @Test func theBodyRunsUnderTheLockAndLeavesIt() async throws {
    let locks = MemoryLocks(clock: clock)
    let ran = await locks.whileHolding("a", for: .seconds(30), on: clock) { lock in
      let nested = await locks.whileHolding("a", for: .seconds(30), on: clock) { _ in }
      #expect(!nested && lock.fence > 0)
    }
    #expect(ran)
    #expect(await locks.acquire("a", for: .seconds(1)) != nil)
  }

  @Test func theLockIsRenewedAndItsLossCancelsTheBody() async throws {
    let locks = MemoryLocks(clock: clock)
    let (held, holding) = AsyncStream<HeldLock>.makeStream()
    let running = Task {
      await locks.whileHolding("a", for: .seconds(30), on: clock) { lock in
        holding.yield(lock)
        // Until it is cancelled.
        try? await clock.sleep(for: .seconds(100_000))
      }
    }
    var locksHeld = held.makeAsyncIterator()
    let lock = try #require(await locksHeld.next())
    for _ in 0..<10 {
      await clock.sleepers(atLeast: 2)
      clock.advance(by: .seconds(10))
    }
    await clock.sleepers(atLeast: 2)
    #expect(await locks.acquire("a", for: .seconds(30)) == nil, "renewed through three leases")
    // Taken away: the next renewal fails.
    await locks.release(lock)
    let next = try #require(await locks.acquire("a", for: .seconds(600)))
    clock.advance(by: .seconds(10))
    #expect(await running.value)
    #expect(await locks.renew(next, for: .seconds(600)), "the next holder's lock is its own")
  }
}
