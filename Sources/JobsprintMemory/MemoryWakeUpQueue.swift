// The queue of a program that runs alone. It takes as many messages as come: they are 40 bytes each, and what is accepted
// waits in the store anyway.

import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class MemoryWakeUpQueue: WakeUpQueue {
  fileprivate struct State {
    var lanes: [Lane: Line] = [:]
    /// First come, first served. Nobody waits while there is a message.
    var receivers: [Receiver] = []
    var nextReceiver = 0
  }

  fileprivate struct Receiver {
    let id: Int
    let limit: Int
    let continuation: CheckedContinuation<[WakeUp], Never>
  }

  private let state = Mutex(State())

  public init() {}

  public func publish(_ wakeUps: [WakeUp]) async throws(PortError) {
    let served = state.withLock { state in
      for wakeUp in wakeUps { state.lanes[wakeUp.lane, default: Line()].append(wakeUp) }
      var served: [(Receiver, [WakeUp])] = []
      while !state.receivers.isEmpty, let wakeUps = state.take(upTo: state.receivers[0].limit) {
        served.append((state.receivers.removeFirst(), wakeUps))
      }
      return served
    }
    for (receiver, wakeUps) in served { receiver.continuation.resume(returning: wakeUps) }
  }

  public func receive(upTo limit: Int) async -> [WakeUp] {
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
          if let wakeUps = state.take(upTo: limit) { return wakeUps }
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

extension MemoryWakeUpQueue.State {
  /// nil when there is nothing.
  fileprivate mutating func take(upTo limit: Int) -> [WakeUp]? {
    var taken: [WakeUp] = []
    for lane in Lane.allCases where taken.count < limit {
      lanes[lane]?.move(upTo: limit - taken.count, to: &taken)
    }
    return taken.isEmpty ? nil : taken
  }
}

/// First in, first out, without moving the rest at every take.
private struct Line {
  private var wakeUps: [WakeUp] = []
  private var head = 0

  mutating func append(_ wakeUp: WakeUp) { wakeUps.append(wakeUp) }

  mutating func move(upTo limit: Int, to taken: inout [WakeUp]) {
    let end = min(wakeUps.count, head + limit)
    taken += wakeUps[head..<end]
    head = end
    if head * 2 >= wakeUps.count {
      wakeUps.removeFirst(head)
      head = 0
    }
  }
}
