import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// `settings.workerTag`.
@Suite(.timeLimit(.minutes(1))) struct WorkerTagFlowTests {
  private let rig = Rig()

  @Test func anExecutorBeginsNothingWhoseTagItDoesNotCarry() async throws {
    var options = ExecutorOptions()
    options.tags = .none
    let plain = rig.executor(.numbered(1), options: options)
    let node: (String, String, JSONObject) = ("Done", "n8n-nodes-base.noOp", [:])
    try await rig.run([plain]) {
      let tagged = try await rig.store([node], settings: ["workerTag": "gpu"])
      let free = try await rig.store([node], name: "Other")
      let waiting = try await rig.accept(tagged, by: plain)
      #expect(try await rig.ended(rig.accept(free, by: plain)).state == .success)
      rig.clock.now = rig.clock.now + .seconds(60)
      #expect(try await rig.recoverer(.none).pass() == 0)
      let record = try #require(try await rig.executions.execution(waiting, in: .initial))
      #expect(record.state == .new && record.tag == WorkerTag("gpu"))
    }
  }

  @Test func itWaitsForOneThatCarriesIt() async throws {
    var options = ExecutorOptions()
    options.tags = try WorkerTags(named: ["gpu"])
    let carrier = rig.executor(.numbered(2), options: options)
    try await rig.run([carrier]) {
      let tagged = try await rig.store([("Done", "n8n-nodes-base.noOp", [:])], settings: ["workerTag": "gpu"])
      #expect(try await rig.ended(rig.accept(tagged, by: nil)).state == .success)
    }
  }

  @Test func aTagThatIsNoneIsRefusedBeforeAnythingIsStored() async throws {
    await #expect {
      try await rig.store([("Done", "n8n-nodes-base.noOp", [:])], settings: ["workerTag": "No tag"])
    } throws: { error in
      let refusal = error as? RuntimeError
      return refusal?.code == .workflowMalformed && refusal?.issues.first?.pointer == "/settings/workerTag"
    }
  }
}
