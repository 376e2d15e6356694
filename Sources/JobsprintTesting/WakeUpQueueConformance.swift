import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// A queue, and how to know that messages have come through whatever lies between it and its receivers.
public struct WakeUpQueueUnderTest: Sendable {
  let queue: any WakeUpQueue
  private let waiting: (@Sendable () -> Int)?

  /// - Parameter waiting: messages that a receiver would get at once; nil where all that is published is.
  public init(_ queue: any WakeUpQueue, waiting: (@Sendable () -> Int)? = nil) {
    self.queue = queue
    self.waiting = waiting
  }

  func publish(_ wakeUps: [WakeUp]) async throws { try await queue.publish(wakeUps) }

  func receive(upTo limit: Int) async -> WakeUpBatch { await queue.receive(upTo: limit) }

  /// Returns when so many can be received at once.
  func hasArrived(_ count: Int) async throws {
    try await eventually("\(count) messages can be received") { waiting.map { $0() >= count } ?? true }
  }

  /// Returns when the condition holds.
  func eventually(_ claim: String, _ condition: () -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(30)
    while !condition() {
      try expect(ContinuousClock.now < limit, "\(claim) within 30 seconds")
      await Task.yield()
    }
  }
}

/// What every ``WakeUpQueue`` promises.
public enum WakeUpQueueConformance {
  private static func wakeUp(_ number: Int, _ lane: Lane = .normal) -> WakeUp {
    WakeUp(execution: .numbered(number), workspace: .initial, lane: lane)
  }

  public static let checks: [ConformanceCheck<WakeUpQueueUnderTest>] = [
    ConformanceCheck("messages are received in order, up to the limit") { queue in
      try await queue.publish((1...5).map { wakeUp($0) })
      try await queue.hasArrived(5)
      try expect(await queue.receive(upTo: 2).wakeUps, is: [wakeUp(1), wakeUp(2)])
      try expect(await queue.receive(upTo: 9).wakeUps, is: [wakeUp(3), wakeUp(4), wakeUp(5)])
    },
    ConformanceCheck("higher lanes come first") { queue in
      try await queue.publish([wakeUp(1, .low), wakeUp(2), wakeUp(3, .high), wakeUp(4), wakeUp(5, .high)])
      try await queue.hasArrived(5)
      try expect(
        await queue.receive(upTo: 4).wakeUps, is: [wakeUp(3, .high), wakeUp(5, .high), wakeUp(2), wakeUp(4)])
      try expect(await queue.receive(upTo: 4).wakeUps, is: [wakeUp(1, .low)])
    },
    ConformanceCheck("a lower lane gets its turn while there is enough in the higher ones") { queue in
      try await queue.publish((1...40).map { wakeUp($0, .high) } + [wakeUp(99, .low)])
      try await queue.hasArrived(41)
      var received: [WakeUp] = []
      while received.count < 20 {
        let batch = await queue.receive(upTo: 1)
        received += batch.wakeUps
        batch.settle(.acknowledged)
      }
      try expect(received.contains(wakeUp(99, .low)), "the lowest lane's message was among the first 20")
    },
    ConformanceCheck("what is given back is received again, what is acknowledged is not") { queue in
      try await queue.publish([wakeUp(1), wakeUp(2)])
      await queue.receive(upTo: 1).settle(.acknowledged)
      await queue.receive(upTo: 1).settle(.givenBack)
      try expect(await queue.receive(upTo: 2).wakeUps, is: [wakeUp(2)])
    },
    ConformanceCheck("whoever waits gets what is published later") { queue in
      async let first = queue.receive(upTo: 5)
      for _ in 0..<100 { await Task.yield() }
      try await queue.publish([wakeUp(1), wakeUp(2)])
      // Two that were published together may come one after the other.
      var received = await first.wakeUps
      if received.count == 1 { received += await queue.receive(upTo: 5).wakeUps }
      try expect(received, is: [wakeUp(1), wakeUp(2)])
    },
    ConformanceCheck("a limit of nothing receives nothing, at once") { queue in
      try expect(await queue.receive(upTo: 0).wakeUps, is: [])
    },
    ConformanceCheck("a cancelled receiver gets nothing, before and while it waits") { queue in
      let waiting = Task { await queue.receive(upTo: 1) }
      for _ in 0..<100 { await Task.yield() }
      waiting.cancel()
      try expect(await waiting.value.wakeUps, is: [])
      let late = Task {
        while !Task.isCancelled { await Task.yield() }
        return await queue.receive(upTo: 1)
      }
      late.cancel()
      try expect(await late.value.wakeUps, is: [])
      try await queue.publish([wakeUp(1)])
      try expect(await queue.receive(upTo: 1).wakeUps, is: [wakeUp(1)], "the message went to nobody who had left:")
    },
    ConformanceCheck("receivers that come and go get every message once") { queue in
      let count = 3000
      let received = Received()
      let staying = (1...4).map { limit in
        Task { while !Task.isCancelled { received.add(await queue.receive(upTo: limit)) } }
      }
      let leaving = (1...4).map { limit in
        Task {
          while !Task.isCancelled {
            let attempt = Task { await queue.receive(upTo: limit) }
            await Task.yield()
            attempt.cancel()
            received.add(await attempt.value)
          }
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for start in stride(from: 1, through: count, by: 10) {
          group.addTask { try await queue.publish((start..<start + 10).map { wakeUp($0, Lane.allCases[$0 % 3]) }) }
        }
        try await group.waitForAll()
      }
      try await queue.eventually("all messages are received") { received.ids.count >= count }
      for receiver in staying + leaving {
        receiver.cancel()
        await receiver.value
      }
      try expect(received.ids.count, is: count)
      try expect(Set(received.ids).count, is: count)
    },
  ]

  private final class Received: Sendable {
    private let state = Mutex<[ExecutionID]>([])
    var ids: [ExecutionID] { state.withLock { $0 } }
    func add(_ batch: WakeUpBatch) {
      state.withLock { $0 += batch.wakeUps.map(\.execution) }
      batch.settle(.acknowledged)
    }
  }
}
