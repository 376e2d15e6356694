import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// A slow executor can't write over its successor (promise 3).
struct FenceTests {
  /// A process that was paused for longer than its lease comes back while its successor is at the same node.
  @Test func aPausedExecutorIsRefused() async throws {
    let rig = Rig()
    #expect(try await problemsAfterPause(rig, awaitsRefusal: true) == [])
  }

  @Test func theCheckTurnsRedWhenTheFenceIsBroken() async throws {
    let rig = Rig(journal: { FencelessJournal(journal: $0, holder: Fence(term: 2, executor: .numbered(2))) })
    #expect(try await problemsAfterPause(rig, awaitsRefusal: false) != [])
  }

  private func problemsAfterPause(_ rig: Rig, awaitsRefusal: Bool) async throws -> [String] {
    let slow = rig.executor(.numbered(1))
    let successor = rig.executor(.numbered(2))
    var problems: [String] = []
    // The slow one has registered, and then neither beats nor takes anything: it is paused.
    try await slow.register()
    try await rig.run([successor]) {
      let workflow = try await rig.store([("Act", "test.effect", [:]), ("Done", "n8n-nodes-base.noOp", [:])])
      let id = try await rig.accept(workflow, by: slow)
      let first = try await rig.gate.next()
      rig.clock.advance(by: .seconds(20))
      try await successor.register()
      #expect(try await rig.recoverer.pass() == 1)
      let second = try await rig.gate.next()
      #expect(second.key == first.key)
      #expect(second.attempt == 2)
      // The paused one wakes up and writes what it has, while the successor is at work.
      first.release()
      if awaitsRefusal { await rig.journal.aRefusal() } else { _ = try await rig.ended(id) }
      second.release()
      let record = try await rig.ended(id)
      let journal = try await rig.executions.journal(of: id, in: .initial)
      if record.state != .success { problems.append("ended as \(record.state)") }
      let acted = journal.filter { $0.kind == .finished && $0.node == "Act" }
      if acted.count != 1 { problems.append("'Act' is recorded \(acted.count) times") }
      if acted.first?.term != record.term { problems.append("'Act' was recorded by a holder that had lost it") }
    }
    return problems
  }
}

/// Lets everybody write as if they were the holder.
private struct FencelessJournal: Journal {
  let journal: any Journal
  let holder: Fence

  func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    let outcomes = try await journal.commit(writes)
    guard outcomes.contains(.fenced) else { return outcomes }
    return try await journal.commit(
      writes.map { write in
        guard case .append(let append) = write else { return write }
        return .append(
          JournalAppend(
            execution: append.execution, workspace: append.workspace, fence: holder, entries: append.entries,
            transition: append.transition))
      })
  }
}
