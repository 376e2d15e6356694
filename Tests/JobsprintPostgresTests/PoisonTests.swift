// One write that PostgreSQL refuses, in a batch of many: it fails alone.

import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintPostgres
@testable import JobsprintRuntime

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing)) struct PoisonTests {
  private let me = ExecutorID.numbered(1)

  /// Writes all in one line before anybody commits; the outcome of each.
  private func write(
    _ writes: [JournalWrite], to journal: any Journal
  ) async throws -> [Result<JournalOutcome, PortError>] {
    let writer = JournalWriter(journal: journal, relay: EventRelay(bus: MemoryEventBus()))
    return await withTaskGroup(of: (Int, Result<JournalOutcome, PortError>).self) { group in
      for (place, write) in writes.enumerated() {
        group.addTask {
          do throws(PortError) { return (place, .success(try await writer.write(write))) } catch {
            return (place, .failure(error))
          }
        }
      }
      while writer.waiting < writes.count { await Task.yield() }
      let writing = Task { await writer.run() }
      var results = [Result<JournalOutcome, PortError>](repeating: .success(.notFound), count: writes.count)
      for await (place, result) in group { results[place] = result }
      writer.close()
      await writing.value
      return results
    }
  }

  private func expect(
    _ results: [Result<JournalOutcome, PortError>], poisonAt poison: Int,
    _ location: SourceLocation = #_sourceLocation
  ) {
    for (place, result) in results.enumerated() {
      switch result {
      case .success(let outcome):
        #expect(place != poison && outcome == .committed, "at \(place)", sourceLocation: location)
      case .failure(let error):
        #expect(place == poison && error.code == .refused, "at \(place): \(error)", sourceLocation: location)
      }
    }
  }

  @Test(arguments: [0, 17, 63]) func aRowThatAConstraintRefuses(poison: Int) async throws {
    try await withStorage { storage, name in
      try await TestServer.administer(
        ["ALTER TABLE jobsprint.executions ADD CONSTRAINT no_poison CHECK (input <> 'poison')"], on: name)
      let writes: [JournalWrite] = (0..<64).map {
        .accept(.numbered($0, input: $0 == poison ? "poison" : "food", claimedBy: me))
      }
      let spy = CountingJournal(storage.journal)
      expect(try await write(writes, to: spy), poisonAt: poison)
      // Halved, not taken apart: twice for each power of two, at the most.
      #expect(spy.commits <= 13)
      #expect(try await storage.executions.execution(.numbered(poison), in: .initial) == nil)
      #expect(try await storage.executions.execution(.numbered(poison == 0 ? 1 : 0), in: .initial) != nil)
    }
  }

  @Test func anAppendThatFinishesARunTwice() async throws {
    try await withStorage { storage, _ in
      _ = try await storage.journal.commit((0..<16).map { .accept(.numbered($0, claimedBy: me)) })
      _ = try await storage.journal.commit([.append(5, [.entry(at: 0, payload: "first")])])
      let results = try await write((0..<16).map { .append($0, [.entry(at: 0)], .success()) }, to: storage.journal)
      expect(results, poisonAt: 5)
      let kept = try await storage.executions.journal(of: .numbered(5), in: .initial)
      #expect(kept == [.entry(at: 0, payload: "first")])
    }
  }

  // A pen that gives up a whole batch: the same expectation, red.
  @Test func aPenThatDoesNotHalveLosesTheInnocent() async throws {
    try await withStorage { storage, name in
      let poison = JournalWrite.accept(.numbered(3, idempotency: .of("poison", status: Int(Int32.max) + 1)))
      let writes: [JournalWrite] = (0..<3).map { .accept(.numbered($0)) } + [poison]
      let results = try await write(writes, to: UnwillingJournal(storage.journal))
      let failures = results.filter { if case .failure = $0 { true } else { false } }
      #expect(failures.count == 4)
      expect(try await write(writes, to: storage.journal), poisonAt: 3)
    }
  }
}

private final class CountingJournal: Journal {
  private let journal: any Journal
  private let tally = Tally()

  init(_ journal: any Journal) { self.journal = journal }

  var commits: Int { tally.answered.count }

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    tally.answer(writes[0].execution)
    return try await journal.commit(writes)
  }
}

/// Hides that it was a refusal.
private struct UnwillingJournal: Journal {
  let journal: any Journal

  init(_ journal: any Journal) { self.journal = journal }

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    do { return try await journal.commit(writes) } catch { throw PortError(.unavailable, error.message) }
  }
}
