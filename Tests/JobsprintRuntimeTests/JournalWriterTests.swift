import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintRuntime

struct JournalWriterTests {
  @Test func whatArrivesDuringACommitSharesTheNextOne() async throws {
    let journal = SlowJournal()
    let writer = JournalWriter(journal: journal, relay: EventRelay(bus: MemoryEventBus()))
    await withDiscardingTaskGroup { group in
      group.addTask { await writer.run() }
      let first = Task { try await writer.write(.accept(.numbered(0))) }
      await journal.aCommitBegins()
      let rest = (1...9).map { number in Task { try await writer.write(.accept(.numbered(number))) } }
      // All nine stand in the line before the first commit may end.
      while writer.waiting < 9 { await Task.yield() }
      journal.letGo()
      for task in [first] + rest { #expect((try? await task.result.get()) == .committed) }
      writer.close()
    }
    #expect(journal.sizes == [1, 9])
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

/// Its first commit ends when the test says so.
private final class SlowJournal: Journal {
  private struct State {
    var sizes: [Int] = []
    var held: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let begins: AsyncStream<Void>
  private let begin: AsyncStream<Void>.Continuation

  init() { (begins, begin) = AsyncStream.makeStream() }

  var sizes: [Int] { state.withLock { $0.sizes } }

  func aCommitBegins() async { for await _ in begins { return } }

  func letGo() { state.withLock { $0.held.take() }?.resume() }

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let isFirst = state.withLock { state in
      state.sizes.append(writes.count)
      return state.sizes.count == 1
    }
    if isFirst {
      await withCheckedContinuation { continuation in
        state.withLock { $0.held = continuation }
        begin.yield()
      }
    }
    return writes.map { _ in .committed }
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
