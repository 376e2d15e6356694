import JobsprintPorts
import Synchronization

/// Wakes the sealer of a process when audit entries were written. Rung too often it does no harm.
public final class AuditBell: Sendable {
  private let state = Mutex<(isRung: Bool, sleep: Task<Void, Never>?)>((false, nil))

  public init() {}

  public func ring() {
    let sleep = state.withLock { state in
      state.isRung = true
      return state.sleep
    }
    sleep?.cancel()
  }

  /// Forgets what was rung before: whoever looks next sees it.
  func silence() { state.withLock { $0.isRung = false } }

  /// Waits until it is rung, or was since ``silence()``.
  /// - Returns: false when nobody rang for so long, or when the task is cancelled.
  func hasRung(within limit: Duration, on clock: any WallClock) async -> Bool {
    let sleep = state.withLock { state -> Task<Void, Never>? in
      if state.isRung { return nil }
      let sleep = Task { _ = try? await clock.sleep(for: limit) }
      state.sleep = sleep
      return sleep
    }
    guard let sleep else { return true }
    await withTaskCancellationHandler {
      await sleep.value
    } onCancel: {
      sleep.cancel()
    }
    return state.withLock { state in
      state.sleep = nil
      return state.isRung
    }
  }
}
