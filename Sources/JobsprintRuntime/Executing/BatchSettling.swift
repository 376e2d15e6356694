import JobsprintPorts
import Synchronization

/// Settles wake-ups that were received together when all parts of them are known: acknowledged, unless one of them has
/// to come again.
final class BatchSettling: Sendable {
  private let batch: WakeUpBatch
  private let state: Mutex<(open: Int, settlement: WakeUpBatch.Settlement)>

  init(_ batch: WakeUpBatch, parts: Int) {
    self.batch = batch
    state = Mutex((parts, .acknowledged))
  }

  /// Of one part.
  func settle(_ settlement: WakeUpBatch.Settlement) {
    let end: WakeUpBatch.Settlement? = state.withLock { state in
      state.open -= 1
      if settlement == .givenBack { state.settlement = .givenBack }
      return state.open == 0 ? state.settlement : nil
    }
    if let end { batch.settle(end) }
  }
}
