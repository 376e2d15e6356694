import JobsprintPorts
import Synchronization

/// Delivers what a test hands it, and shows how that was settled.
final class HandedQueue: WakeUpQueue {
  private let batches: AsyncStream<WakeUpBatch>
  private let batch: AsyncStream<WakeUpBatch>.Continuation
  private let settlements: AsyncStream<WakeUpBatch.Settlement>
  private let settlement: AsyncStream<WakeUpBatch.Settlement>.Continuation
  private let count = Atomic(0)

  init() {
    (batches, batch) = AsyncStream.makeStream()
    (settlements, settlement) = AsyncStream.makeStream()
  }

  /// Batches that have been settled.
  var settled: Int { count.load(ordering: .relaxed) }

  func hand(_ wakeUps: [WakeUp]) {
    batch.yield(
      WakeUpBatch(wakeUps) { one in
        self.count.add(1, ordering: .relaxed)
        self.settlement.yield(one)
      })
  }

  func nextSettlement() async throws -> WakeUpBatch.Settlement {
    for await one in settlements { return one }
    throw RigError()
  }

  func publish(_ wakeUps: [WakeUp]) async throws(PortError) {}

  func receive(upTo limit: Int) async -> WakeUpBatch {
    for await batch in batches { return batch }
    return .empty
  }
}
