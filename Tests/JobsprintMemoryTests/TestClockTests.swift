import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

/// The clock that everybody's tests rely on.
@Suite(.timeLimit(.minutes(1))) struct TestClockTests {
  private final class Woken: Sendable {
    private let state = Mutex<[Int64]>([])
    var seconds: [Int64] { state.withLock { $0 } }
    func add(_ second: Int64) { state.withLock { $0.append(second) } }
  }

  @Test func standsStillUntilItIsMoved() async throws {
    let clock = TestClock()
    let sleeper = Task { try await clock.sleep(until: .seconds(10)) }
    await clock.sleepers()
    #expect(clock.now == .seconds(0))
    clock.advance(by: .seconds(9))
    await clock.sleepers()
    clock.advance(by: .seconds(1))
    try await sleeper.value
    #expect(clock.now == .seconds(10))
    try await clock.sleep(until: .seconds(10))
  }

  @Test func aCancelledSleeperThrows() async {
    let clock = TestClock()
    let sleeper = Task { try await clock.sleep(until: .seconds(10)) }
    await clock.sleepers()
    sleeper.cancel()
    await #expect(throws: CancellationError.self) { try await sleeper.value }
  }

  @Test func byItselfItWakesInTheOrderOfDeadlines() async throws {
    let clock = TestClock(advancesByItself: true)
    let woken = Woken()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for second in [30, 10, 20] as [Int64] {
        group.addTask {
          try await clock.sleep(until: .seconds(second))
          woken.add(second)
        }
      }
      try await group.waitForAll()
    }
    #expect(woken.seconds == [10, 20, 30])
    #expect(clock.now == .seconds(30))
    try await clock.sleep(for: .seconds(5))
    #expect(clock.now == .seconds(35))
  }
}
