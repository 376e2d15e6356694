public import JobsprintDomain
import JobsprintPorts
import Synchronization

/// Tells a recoverer that something is due before it would look again.
public final class TimerSignal: Sendable {
  private struct State {
    /// The earliest moment that was told and has not come yet.
    var told: Timestamp?
    var sleep: (deadline: Timestamp, task: Task<Void, Never>)?
  }

  private let state = Mutex(State())

  public init() {}

  /// Returns at `latest`, at an earlier moment that is told now or was told since the last sleep, or when the task is
  /// cancelled.
  func sleep(until latest: Timestamp, on clock: any WallClock) async {
    var isOver = false
    while !isOver {
      let task = state.withLock { state in
        let deadline = min(latest, state.told ?? latest)
        let task = Task { _ = try? await clock.sleep(until: deadline) }
        state.sleep = (deadline, task)
        return task
      }
      await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }
      let now = clock.now
      isOver = state.withLock { state in
        state.sleep = nil
        let isDue = now >= min(latest, state.told ?? latest)
        if let told = state.told, told <= now { state.told = nil }
        return isDue || Task.isCancelled
      }
    }
  }

  /// - Parameter time: when there will be something to dispatch; one that has passed means now.
  public func tell(_ time: Timestamp) {
    let task = state.withLock { state -> Task<Void, Never>? in
      state.told = min(time, state.told ?? time)
      return state.sleep.flatMap { time < $0.deadline ? $0.task : nil }
    }
    task?.cancel()
  }
}
