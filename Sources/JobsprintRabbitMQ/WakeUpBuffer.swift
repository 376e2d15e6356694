import AMQP
import JobsprintDomain
import JobsprintPorts
import Synchronization

/// Wake-ups that are here and that nobody has taken: at most the prefetch of each lane. Merges the lanes, each of which
/// comes from a queue of its own.
final class WakeUpBuffer: Sendable {
  struct Arrival: Sendable {
    let wakeUp: WakeUp
    let delivery: AMQPDelivery
  }

  private struct State {
    var lanes = WeightedLanes<Arrival>()
    /// First come, first served. Nobody waits while there is a message.
    var receivers: [Receiver] = []
    var nextReceiver = 0
  }

  private struct Receiver {
    let id: Int
    let limit: Int
    let continuation: CheckedContinuation<[Arrival], Never>
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.lanes.count } }

  func put(_ arrivals: [Arrival]) {
    let served = state.withLock { state in
      for arrival in arrivals { state.lanes.append(arrival, in: arrival.wakeUp.lane) }
      var served: [(Receiver, [Arrival])] = []
      while !state.receivers.isEmpty, state.lanes.count > 0 {
        let receiver = state.receivers.removeFirst()
        served.append((receiver, state.lanes.take(upTo: receiver.limit)))
      }
      return served
    }
    for (receiver, arrivals) in served { receiver.continuation.resume(returning: arrivals) }
  }

  /// Nothing when the task is cancelled.
  func next(upTo limit: Int) async -> [Arrival] {
    guard limit > 0 else { return [] }
    let id = state.withLock { state in
      state.nextReceiver += 1
      return state.nextReceiver
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: [Arrival]? = state.withLock { state in
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
