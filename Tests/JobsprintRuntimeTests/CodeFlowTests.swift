import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// Executions with Code nodes, also while somebody kills the sandboxes.
@Suite struct CodeFlowTests {
  private static let executions = 40
  private static let atATime = 4

  private func code(_ source: String, onError: String = "stopWorkflow") -> JSONObject {
    ["typeVersion": 2, "parameters": ["jsCode": .string(source)], "onError": .string(onError)]
  }

  @Test(arguments: [("return []", ExecutionState.success), ("throw new Error('x')", .error)])
  func whatCodeWritesIsJournaledWithItsRun(end: String, state: ExecutionState) async throws {
    let (rig, sandbox) = (Rig(), try TestSandbox())
    let javaScript = SandboxEvaluator(SandboxOptions(executable: sandbox.path))
    defer { javaScript.close() }
    let executor = rig.executor(.numbered(1), javaScript: javaScript)
    try await rig.run([executor]) {
      let workflow = try await rig.store([("A", "n8n-nodes-base.code", code("console.log('here', 1); \(end)"))])
      let record = try await rig.ended(try await rig.accept(workflow, by: executor))
      #expect(record.state == state)
      let entry = try #require(try await rig.executions.journal(of: record.id, in: .initial).last)
      let metadata = try JSONValue(parsing: entry.payload)["metadata"]
      #expect(metadata == ["console": [["level": "log", "text": "here 1"]]])
    }
  }

  /// Each attempt is of a process that has only the journal, and the second one begins behind a crash.
  @Test func customDataReachesTheNextAttemptAndTheNextNode() async throws {
    let (rig, sandbox) = (Rig(), try TestSandbox())
    let javaScript = SandboxEvaluator(SandboxOptions(executable: sandbox.path))
    defer { javaScript.close() }
    let counting = """
      const count = Number($execution.customData.get('count') ?? 0) + 1;
      $execution.customData.set('count', count);
      if (count < 3) throw new Error('attempt ' + count);
      return { count }
      """
    let executor = rig.executor(.numbered(1), javaScript: javaScript)
    try await rig.run([executor]) {
      let workflow = try await rig.store(
        [
          ("Count", "n8n-nodes-base.code", code(counting)),
          ("Read", "n8n-nodes-base.code", code("return $execution.customData.getAll()")),
        ], settings: ["retryPolicy": ["attempts": 3]])
      let id = try await rig.accept(workflow, by: executor)
      for pause in 1...2 {
        let until = try await rig.suspended(id, times: pause)
        rig.clock.now = max(rig.clock.now, until)
        if pause == 1 {
          let gone = ExecutorID.numbered(90)
          _ = try await rig.claims.claim([id], for: gone, at: rig.clock.now, leaseExpiry: rig.clock.now)
          rig.clock.advance(by: .seconds(60))
        }
        #expect(try await rig.recoverer.pass() == 1)
      }
      #expect(try await rig.ended(id).state == .success)
      #expect(try await rig.data(of: "Read", in: id) == ["count": "3"])
      let journal = try await rig.executions.journal(of: id, in: .initial)
      #expect(journal.compactMap { $0.customData?.texts["count"] } == ["1", "2", "3"])
    }
  }

  /// Runs them all, and kills a sandbox whenever one ends; how each ended.
  private func records(onError: String) async throws -> [ExecutionRecord] {
    let (rig, sandbox) = (Rig(), try TestSandbox())
    let javaScript = SandboxEvaluator(SandboxOptions(executable: sandbox.path))
    defer { javaScript.close() }
    let executor = rig.executor(.numbered(1), javaScript: javaScript)
    var (all, kills): ([ExecutionRecord], Int) = ([], 0)
    try await rig.run([executor]) {
      let source = "return [{ json: { n: ($json.n ?? 0) + 1 } }]"
      let workflow = try await rig.store(
        ["A", "B", "C"].map { ($0, "n8n-nodes-base.code", code(source, onError: onError)) })
      (all, kills) = try await withThrowingTaskGroup(of: ExecutionRecord.self) { group in
        var (ended, kills): ([ExecutionRecord], Int) = ([], 0)
        for number in 0..<Self.executions {
          if number >= Self.atATime, let record = try await group.next() {
            ended.append(record)
            if let process = sandbox.processes.randomElement() {
              sandbox.kill(process)
              kills += 1
            }
          }
          group.addTask { try await rig.ended(try await rig.accept(workflow, by: executor)) }
        }
        for try await record in group { ended.append(record) }
        return (ended, kills)
      }
    }
    #expect(all.count == Self.executions && kills > Self.executions / 2)
    return all
  }

  @Test func underKillsTheyGoOnOrFailAsCodeThatCouldNotBeRun() async throws {
    let records = try await records(onError: "stopWorkflow")
    for record in records where record.state != .success {
      let error = try JSONValue(parsing: try #require(record.error))
      #expect(record.state == .error && error["name"] == "CodeSandboxError", "\(error.jsonText)")
    }
    // Two kills within one run are rare.
    #expect(records.count { $0.state == .success } > Self.executions / 2)
  }

  @Test func underKillsTheyGoOnWhereTheirSettingsSaySo() async throws {
    let records = try await records(onError: "continueRegularOutput")
    #expect(records.allSatisfy { $0.state == .success })
  }
}
