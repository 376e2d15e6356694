public import JobsprintDomain
import Synchronization

/// Elements of all lanes that nobody has taken, and receivers that wait for some. Every element is received once.
public final class LaneBuffer<Element: Sendable>: Sendable {
  private struct State {
    var lanes = WeightedLanes<Element>()
    /// First come, first served. Nobody waits while there is an element.
    var receivers: [Receiver] = []
    var nextReceiver = 0
  }

  private struct Receiver {
    let id: Int
    let limit: Int
    let continuation: CheckedContinuation<[Element], Never>
  }

  private let state = Mutex(State())

  public init() {}

  public var count: Int { state.withLock { $0.lanes.count } }

  public func put(_ elements: [Element], lane: (Element) -> Lane) {
    let served = state.withLock { state in
      for element in elements { state.lanes.append(element, in: lane(element)) }
      var served: [(Receiver, [Element])] = []
      while !state.receivers.isEmpty, state.lanes.count > 0 {
        let receiver = state.receivers.removeFirst()
        served.append((receiver, state.lanes.take(upTo: receiver.limit)))
      }
      return served
    }
    for (receiver, elements) in served { receiver.continuation.resume(returning: elements) }
  }

  /// Waits until there is an element, then takes up to `limit`. Empty for a limit of nothing, or when the task is
  /// cancelled.
  public func next(upTo limit: Int) async -> [Element] {
    guard limit > 0 else { return [] }
    let id = state.withLock { state in
      state.nextReceiver += 1
      return state.nextReceiver
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: [Element]? = state.withLock { state in
          // The handler may have run before there was anybody to find.
          if Task.isCancelled { return [] }
          if state.lanes.count > 0 { return state.lanes.take(upTo: limit) }
          state.receivers.append(Receiver(id: id, limit: limit, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let receiver = state.withLock { state in
        state.receivers.firstIndex { $0.id == id }.map { state.receivers.remove(at: $0) }
      }
      receiver?.continuation.resume(returning: [])
    }
  }
}
