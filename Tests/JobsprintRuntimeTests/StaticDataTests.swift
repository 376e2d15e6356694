import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// What a workflow keeps from one execution to the next.
@Suite(.timeLimit(.minutes(1))) struct StaticDataTests {
  private static let caller = Caller(workspace: .initial, actor: .system)
  private static let counting = """
    const data = $getWorkflowStaticData('global'), own = $getWorkflowStaticData('node');
    data.count = (data.count ?? 0) + 1; own.last = data.count;
    return { count: data.count }
    """

  private func code(_ source: String) -> JSONObject {
    ["typeVersion": 2, "parameters": ["jsCode": .string(source)]]
  }

  private func run(_ body: (Rig, Executor) async throws -> Void) async throws {
    let (rig, sandbox) = (Rig(), try TestSandbox())
    let javaScript = SandboxEvaluator(SandboxOptions(executable: sandbox.path))
    defer { javaScript.close() }
    let executor = rig.executor(.numbered(1), javaScript: javaScript)
    try await rig.run([executor]) { try await body(rig, executor) }
  }

  private func kept(_ rig: Rig, _ slot: String, of workflow: WorkflowID) async throws -> JSONValue? {
    try await rig.staticData.staticData(in: [slot], of: workflow, in: .initial).first
      .map { try JSONValue(parsing: $0.value) }
  }

  @Test func theNextExecutionFindsWhatTheLastOneLeft() async throws {
    try await run { rig, executor in
      let workflow = try await rig.store([("Count", "n8n-nodes-base.code", code(Self.counting))])
      _ = try await rig.editor.activate(workflow, version: nil, by: Self.caller)
      for count in 1...3 {
        let record = try await rig.ended(try await rig.accept(workflow, by: count == 2 ? nil : executor))
        #expect(record.state == .success)
        #expect(try await rig.data(of: "Count", in: record.id) == ["count": .integer(Int64(count))])
      }
      #expect(try await kept(rig, "global", of: workflow) == ["count": 3])
      #expect(try await kept(rig, "node:Count", of: workflow) == ["last": 3])
    }
  }

  @Test(arguments: ["inactive", "failing", "trial"])
  func onlySuccessOfAnActiveWorkflowKeepsIt(how: String) async throws {
    try await run { rig, executor in
      let failing: JSONObject = ["parameters": ["errorMessage": "no"]]
      let workflow = try await rig.store(
        [("Count", "n8n-nodes-base.code", code(Self.counting))]
          + (how == "failing" ? [("Stop", "n8n-nodes-base.stopAndError", failing)] : []))
      if how != "inactive" { _ = try await rig.editor.activate(workflow, version: nil, by: Self.caller) }
      var command = ExecuteCommand(workspace: .initial, workflow: workflow, body: Array("{}".utf8))
      if how == "trial" { command.destinationNode = "Count" }
      guard case .created(let accepted) = try await rig.acceptor(executor).execute(command) else { throw RigError() }
      let record = try await rig.ended(accepted.id)
      #expect(record.state == (how == "failing" ? .error : .success))
      #expect(try await rig.data(of: "Count", in: record.id) == ["count": 1])
      #expect(try await kept(rig, "global", of: workflow) == nil)
    }
  }

  @Test func itIsBehindACrashAsTheExecutionTookIt() async throws {
    let (rig, sandbox) = (Rig(), try TestSandbox())
    let javaScript = SandboxEvaluator(SandboxOptions(executable: sandbox.path))
    defer { javaScript.close() }
    // It has registered, and then neither beats nor takes anything: it is paused, and might as well be gone.
    let paused = rig.executor(.numbered(1), javaScript: javaScript)
    let successor = rig.executor(.numbered(2), javaScript: javaScript)
    try await paused.register()
    try await rig.run([successor]) {
      let workflow = try await rig.store([
        ("Count", "n8n-nodes-base.code", code(Self.counting)), ("Act", "test.effect", [:]),
        ("Again", "n8n-nodes-base.code", code(Self.counting)),
      ])
      _ = try await rig.editor.activate(workflow, version: nil, by: Self.caller)
      let id = try await rig.accept(workflow, by: paused)
      let first = try await rig.gate.next()
      // Another one overtakes it.
      let quick = try await rig.accept(workflow, by: successor)
      try await rig.gate.next().release()
      #expect(try await rig.ended(quick).state == .success)
      #expect(try await kept(rig, "global", of: workflow) == ["count": 2])
      rig.clock.advance(by: .seconds(20))
      try await successor.register()
      #expect(try await rig.recoverer.pass() == 1)
      let second = try await rig.gate.next()
      first.release()
      await rig.journal.aRefusal()
      second.release()
      #expect(try await rig.ended(id).state == .success)
      #expect(try await rig.data(of: "Again", in: id) == ["count": 2])
      #expect(try await kept(rig, "global", of: workflow) == ["count": 2])
    }
  }

  @Test func aRetryBeginsWithWhatIsKeptByThen() async throws {
    try await run { rig, executor in
      let workflow = try await rig.store([
        ("Count", "n8n-nodes-base.code", code(Self.counting)), ("Act", "test.failing", ["parameters": ["until": 2]]),
        ("Again", "n8n-nodes-base.code", code(Self.counting)),
      ])
      _ = try await rig.editor.activate(workflow, version: nil, by: Self.caller)
      let failed = try await rig.ended(try await rig.accept(workflow, by: executor))
      #expect(failed.state == .error)
      let retry = RetryCommand(workspace: .initial, execution: failed.id)
      guard case .created(let again) = try await rig.acceptor(executor).retry(retry) else { throw RigError() }
      #expect(try await rig.ended(again.id).state == .error)
      let entry = try #require(
        try await rig.executions.journal(of: again.id, in: .initial).first { $0.node == "Count" })
      #expect(try NodeRun(node: "Count", run: 0, payload: entry.payload).notes.isEmpty)
    }
  }

  @Test func theDocumentsOwnIsTheBeginning() async throws {
    try await run { rig, executor in
      let source = "return { a: $getWorkflowStaticData('global').a, b: $getWorkflowStaticData('node').b }"
      let document: JSONObject = [
        "name": "W", "settings": [:], "connections": [:], "staticData": ["global": ["a": 1], "node:Read": ["b": 2]],
        "nodes": [
          ["name": "Read", "type": "n8n-nodes-base.code", "typeVersion": 2, "parameters": ["jsCode": .string(source)]]
        ],
      ]
      let created = try await rig.editor.create(
        document, bytes: JSONValue.object(document).jsonBytes, by: Self.caller)
      guard case .created(let workflow) = created else { throw RigError() }
      let record = try await rig.ended(try await rig.accept(workflow.id, by: executor))
      #expect(try await rig.data(of: "Read", in: record.id) == ["a": 1, "b": 2])
    }
  }

  @Test func tooMuchFailsItsNode() async throws {
    try await run { rig, executor in
      let source = "$getWorkflowStaticData('global').a = 'x'.repeat(300000); return []"
      let workflow = try await rig.store([("Much", "n8n-nodes-base.code", code(source))])
      let record = try await rig.ended(try await rig.accept(workflow, by: executor))
      #expect(record.state == .error)
      #expect(try NodeError(JSONValue(parsing: #require(record.error))).name == "StaticDataTooLargeError")
    }
  }

  @Test func duplicatesAreKnownAcrossExecutionsAlsoWhereOneFailed() async throws {
    try await run { rig, executor in
      let node: JSONObject = [
        "typeVersion": 2,
        "parameters": ["operation": "removeItemsSeenInPreviousExecutions", "dedupeValue": "={{ $json.id }}"],
      ]
      let failing: JSONObject = ["parameters": ["errorMessage": "no"]]
      let workflow = try await rig.store([
        ("New", "n8n-nodes-base.removeDuplicates", node), ("Stop", "n8n-nodes-base.stopAndError", failing),
      ])
      let first = try await rig.ended(try await rig.accept(workflow, by: executor, body: #"{"id":1}"#))
      #expect(first.state == .error)
      let second = try await rig.ended(try await rig.accept(workflow, by: nil, body: #"[{"id":1}]"#))
      #expect(second.state == .success && second.lastNode == "New")
    }
  }
}
