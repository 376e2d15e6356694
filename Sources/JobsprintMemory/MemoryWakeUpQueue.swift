// The queue of a program that runs alone. It takes as many messages as come: they are 40 bytes each, and what is
// accepted waits in the store anyway.

import JobsprintDomain
public import JobsprintPorts

public final class MemoryWakeUpQueue: WakeUpQueue {
  private let buffer = LaneBuffer<WakeUp>()

  public init() {}

  public func publish(_ wakeUps: [WakeUp]) async throws(PortError) { put(wakeUps) }

  public func receive(upTo limit: Int) async -> WakeUpBatch {
    let wakeUps = await buffer.next(upTo: limit)
    return WakeUpBatch(wakeUps) { [weak self] settlement in
      if settlement == .givenBack { self?.put(wakeUps) }
    }
  }

  private func put(_ wakeUps: [WakeUp]) { buffer.put(wakeUps) { $0.lane } }
}
