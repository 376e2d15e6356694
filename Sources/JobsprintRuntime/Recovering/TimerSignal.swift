import JobsprintDomain
import JobsprintPorts
import Synchronization

/// Tells a recoverer that sleeps of a timer that is due before it would wake.
public final class TimerSignal: Sendable {
  private let state = Mutex<(deadline: Timestamp, sleep: Task<Void, Never>)?>(nil)

  public init() {}

  /// Returns at `deadline`, when an earlier timer is told, or when the task is cancelled.
  func sleep(until deadline: Timestamp, on clock: any WallClock) async {
    let sleep = Task { _ = try? await clock.sleep(until: deadline) }
    state.withLock { $0 = (deadline, sleep) }
    await withTaskCancellationHandler {
      await sleep.value
    } onCancel: {
      sleep.cancel()
    }
    state.withLock { $0 = nil }
  }

  func tell(_ time: Timestamp) {
    let sleep = state.withLock { state in state.flatMap { time < $0.deadline ? $0.sleep : nil } }
    sleep?.cancel()
  }
}
