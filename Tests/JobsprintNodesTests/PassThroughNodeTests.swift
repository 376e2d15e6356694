import JobsprintDomain
import Testing

@testable import JobsprintNodes

struct PassThroughNodeTests {
  @Test(arguments: ["noOp", "manualTrigger", "respondToWebhook"])
  func handsItsItemsOn(type: String) async throws {
    let trial = try NodeTrial(type, "{}", #"[{"a": 1}, {}]"#)
    #expect(try await trial.outputs() == trial.inputs)
  }

  @Test func theSecondOutputOfRespondToWebhookIsEmpty() async throws {
    let trial = try NodeTrial("respondToWebhook", version: 1.4, #"{"enableResponseOutput": true}"#, #"[{"a": 1}]"#)
    #expect(try await trial.outputs() == trial.inputs + [[]])
    #expect(RespondToWebhookNode().traits(of: trial.node).outputCount == 2)
  }
}
