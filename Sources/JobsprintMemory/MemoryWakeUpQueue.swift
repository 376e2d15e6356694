// The queue of a program that runs alone. It takes as many messages as come: they are 40 bytes each but for those that
// bring data, and what is accepted waits in the store anyway.

import JobsprintDomain
public import JobsprintPorts

public final class MemoryWakeUpQueue: WakeUpQueue {
  /// What comes behind so many waits for too long to be begun with what it brings.
  private static let mostWithData = 500

  private let buffer = LaneBuffer<WakeUp>()

  public init() {}

  public func publish(_ wakeUps: [WakeUp]) async throws(PortError) { put(wakeUps) }

  public func receive(upTo limit: Int) async -> WakeUpBatch {
    let wakeUps = await buffer.next(upTo: limit)
    return WakeUpBatch(wakeUps) { [weak self] settlement in
      if settlement == .givenBack { self?.put(wakeUps.map(\.withoutStart)) }
    }
  }

  private func put(_ wakeUps: [WakeUp]) {
    let isShort = buffer.count < Self.mostWithData
    buffer.put(isShort ? wakeUps : wakeUps.map(\.withoutStart)) { $0.lane }
  }
}
