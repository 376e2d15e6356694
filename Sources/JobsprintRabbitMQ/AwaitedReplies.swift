import JobsprintDomain
import Synchronization

/// Where somebody waits for the end of an execution that was taken here. Bounded: of the oldest nobody hears any more,
/// and who waits for one finds its end in the store.
final class AwaitedReplies: Sendable {
  private struct State {
    var addresses: [ExecutionID: String] = [:]
    /// In the order in which they came; among them some that have been taken.
    var order: [ExecutionID] = []
  }

  private let bound: Int
  private let state = Mutex(State())

  init(bound: Int = 50_000) { self.bound = max(1, bound) }

  func remember(_ address: String, for execution: ExecutionID) {
    state.withLock { state in
      guard state.addresses.updateValue(address, forKey: execution) == nil else { return }
      state.order.append(execution)
      // Half leaves at once, so that this happens seldom.
      guard state.order.count > bound * 2 || state.addresses.count > bound else { return }
      state.order.removeAll { state.addresses[$0] == nil }
      guard state.order.count > bound else { return }
      for execution in state.order.prefix(state.order.count - bound / 2) { state.addresses[execution] = nil }
      state.order.removeFirst(state.order.count - bound / 2)
    }
  }

  /// It is told now, and forgotten.
  func take(_ execution: ExecutionID) -> String? { state.withLock { $0.addresses.removeValue(forKey: execution) } }
}
