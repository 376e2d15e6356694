import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

struct JournalWriterTests {
  @Test func whatArrivesDuringACommitSharesTheNextOne() async throws {
    let first = HeldCommit()
    let journal = SpyJournal(HeldJournal(journal: MemoryJournal(MemoryStore()), first: first))
    let writer = JournalWriter(journal: journal, relay: EventRelay(bus: MemoryEventBus()))
    await withDiscardingTaskGroup { group in
      group.addTask { await writer.run() }
      let alone = Task { try await writer.write(.accept(.numbered(0))) }
      await first.begins()
      let rest = (1...9).map { number in Task { try await writer.write(.accept(.numbered(number))) } }
      // All nine stand in the line before the first commit may end.
      while writer.waiting < 9 { await Task.yield() }
      first.letGo()
      for task in [alone] + rest { #expect((try? await task.result.get()) == .committed) }
      writer.close()
    }
    #expect(journal.commits.map(\.count) == [1, 9])
  }

  @Test func aRefusedWriteStandsAloneAtTheEnd() async throws {
    let journal = PickyJournal(refused: .numbered(3))
    let writer = JournalWriter(journal: journal, relay: EventRelay(bus: MemoryEventBus()))
    let results = (1...6).map { number in Task { try await writer.write(.accept(.numbered(number))) } }
    while writer.waiting < 6 { await Task.yield() }
    await withDiscardingTaskGroup { group in
      group.addTask { await writer.run() }
      for (place, task) in results.enumerated() {
        let result = await task.result
        switch place + 1 {
        case 3: #expect((result.failure as? PortError)?.message == "not this one")
        default: #expect((try? result.get()) == .committed)
        }
      }
      writer.close()
    }
  }

  @Test func aClosedWriterRefuses() async throws {
    let writer = JournalWriter(journal: PickyJournal(refused: .numbered(9)), relay: EventRelay(bus: MemoryEventBus()))
    writer.close()
    await writer.run()
    await #expect(throws: PortError.self) { try await writer.write(.accept(.numbered(1))) }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    guard case .failure(let error) = self else { return nil }
    return error
  }
}

/// Refuses every batch that holds one execution.
private struct PickyJournal: Journal {
  let refused: ExecutionID

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    for case .accept(let new) in writes where new.id == refused { throw PortError(.refused, "not this one") }
    return writes.map { _ in .committed }
  }
}
