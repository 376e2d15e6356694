// The queue of a program that runs alone. It takes as many messages as come: they are 40 bytes each, and what is accepted
// waits in the store anyway.

import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class MemoryWakeUpQueue: WakeUpQueue {
  private struct State {
    var lanes = WeightedLanes<WakeUp>()
    /// First come, first served. Nobody waits while there is a message.
    var receivers: [Receiver] = []
    var nextReceiver = 0
  }

  private struct Receiver {
    let id: Int
    let limit: Int
    let continuation: CheckedContinuation<[WakeUp], Never>
  }

  private let state = Mutex(State())

  public init() {}

  public func publish(_ wakeUps: [WakeUp]) async throws(PortError) { put(wakeUps) }

  public func receive(upTo limit: Int) async -> WakeUpBatch {
    let wakeUps = await next(upTo: limit)
    return WakeUpBatch(wakeUps) { [weak self] settlement in
      if settlement == .givenBack { self?.put(wakeUps) }
    }
  }

  private func put(_ wakeUps: [WakeUp]) {
    let served = state.withLock { state in
      for wakeUp in wakeUps { state.lanes.append(wakeUp, in: wakeUp.lane) }
      var served: [(Receiver, [WakeUp])] = []
      while !state.receivers.isEmpty, state.lanes.count > 0 {
        let receiver = state.receivers.removeFirst()
        served.append((receiver, state.lanes.take(upTo: receiver.limit)))
      }
      return served
    }
    for (receiver, wakeUps) in served { receiver.continuation.resume(returning: wakeUps) }
  }

  private func next(upTo limit: Int) async -> [WakeUp] {
    guard limit > 0 else { return [] }
    let id = state.withLock { state in
      state.nextReceiver += 1
      return state.nextReceiver
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: [WakeUp]? = state.withLock { state in
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
