import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// Whoever waits for an execution that another process runs.
@Suite(.timeLimit(.minutes(1))) struct AwaitedEndTests {
  private static let workflows: [[(String, String, JSONObject)]] = [
    [("A", "n8n-nodes-base.noOp", [:]), ("B", "n8n-nodes-base.noOp", [:])],
    [
      ("A", "n8n-nodes-base.noOp", [:]),
      ("Stop", "n8n-nodes-base.stopAndError", ["parameters": ["errorMessage": "no"]]),
    ],
  ]

  /// The execution is gone from the store when its end is asked for.
  @Test(arguments: workflows.indices) func anEndThatIsTheWholeExecutionIsNotReadBack(place: Int) async throws {
    let rig = Rig()
    try await rig.run([rig.executor(.numbered(1))]) {
      let workflow = try await rig.store(Self.workflows[place])
      let command = ExecuteCommand(workspace: .initial, workflow: workflow, body: Array(#"{"n": 1}"#.utf8))
      let first = try await end(of: rig.acceptor(nil).execute(command, willWait: true), in: rig)
      guard first.record.state == .error else { return }
      // What the retry has taken over stands in its accept.
      let retry = RetryCommand(workspace: .initial, execution: first.record.id)
      let second = try await end(of: rig.acceptor(nil).retry(retry, willWait: true), in: rig, isDeleting: true)
      #expect(second.journal.count == first.journal.count && second.record.retryOf == first.record.id)
    }
  }

  @Test func anEndBehindAnotherAppendIsReadBack() async throws {
    let rig = Rig()
    try await rig.run([rig.executor(.numbered(1))]) {
      let workflow = try await rig.store([("Act", "test.effect", [:]), ("A", "n8n-nodes-base.noOp", [:])])
      let command = ExecuteCommand(workspace: .initial, workflow: workflow)
      let acceptor = rig.acceptor(nil)
      guard case .created(let accepted) = try await acceptor.execute(command, willWait: true) else { throw RigError() }
      try await rig.gate.next().release()
      _ = try await rig.ended(accepted.id)
      let details = try #require(try await acceptor.end(of: accepted, in: .initial, upTo: .seconds(30)))
      #expect(details.journal.map(\.kind) == [.finished, .started, .finished, .finished])
      #expect(try await rig.executions.details(of: accepted.id, in: .initial) == details)
    }
  }

  /// What the waiting caller is told, which is what the store has.
  private func end(
    of creation: Creation<AcceptedExecution>, in rig: Rig, isDeleting: Bool = false
  ) async throws -> ExecutionDetails {
    guard case .created(let accepted) = creation else { throw RigError() }
    _ = try await rig.ended(accepted.id)
    let stored = try #require(try await rig.executions.details(of: accepted.id, in: .initial))
    if isDeleting || stored.record.state == .success {
      #expect(try await rig.executions.delete(accepted.id, in: .initial, recording: .noted()) != nil)
    }
    let told = try #require(try await rig.acceptor(nil).end(of: accepted, in: .initial, upTo: .seconds(30)))
    #expect(told == stored)
    return told
  }
}
