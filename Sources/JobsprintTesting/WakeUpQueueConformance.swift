import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// What every ``WakeUpQueue`` promises.
public enum WakeUpQueueConformance {
  private static func wakeUp(_ number: Int, _ lane: Lane = .normal) -> WakeUp {
    WakeUp(execution: .numbered(number), workspace: .initial, lane: lane)
  }

  public static let checks: [ConformanceCheck<any WakeUpQueue>] = [
    ConformanceCheck("messages are received in order, up to the limit") { queue in
      try await queue.publish((1...5).map { wakeUp($0) })
      try expect(await queue.receive(upTo: 2), is: [wakeUp(1), wakeUp(2)])
      try expect(await queue.receive(upTo: 9), is: [wakeUp(3), wakeUp(4), wakeUp(5)])
    },
    ConformanceCheck("higher lanes come first") { queue in
      try await queue.publish([wakeUp(1, .low), wakeUp(2), wakeUp(3, .high), wakeUp(4), wakeUp(5, .high)])
      try expect(
        await queue.receive(upTo: 4), is: [wakeUp(3, .high), wakeUp(5, .high), wakeUp(2), wakeUp(4)])
      try expect(await queue.receive(upTo: 4), is: [wakeUp(1, .low)])
    },
    ConformanceCheck("whoever waits gets what is published later") { queue in
      async let received = queue.receive(upTo: 5)
      for _ in 0..<100 { await Task.yield() }
      try await queue.publish([wakeUp(1), wakeUp(2)])
      try expect(await received, is: [wakeUp(1), wakeUp(2)])
    },
    ConformanceCheck("a limit of nothing receives nothing, at once") { queue in
      try expect(await queue.receive(upTo: 0), is: [])
    },
    ConformanceCheck("a cancelled receiver gets nothing, before and while it waits") { queue in
      let waiting = Task { await queue.receive(upTo: 1) }
      for _ in 0..<100 { await Task.yield() }
      waiting.cancel()
      try expect(await waiting.value, is: [])
      let late = Task {
        while !Task.isCancelled { await Task.yield() }
        return await queue.receive(upTo: 1)
      }
      late.cancel()
      try expect(await late.value, is: [])
      try await queue.publish([wakeUp(1)])
      try expect(await queue.receive(upTo: 1), is: [wakeUp(1)], "the message went to nobody who had left:")
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
      var patience = 1_000_000
      while received.ids.count < count, patience > 0 {
        patience -= 1
        await Task.yield()
      }
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
    func add(_ wakeUps: [WakeUp]) { state.withLock { $0 += wakeUps.map(\.execution) } }
  }
}
