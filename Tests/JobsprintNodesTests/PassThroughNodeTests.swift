import JobsprintDomain
import Testing

struct PassThroughNodeTests {
  @Test(arguments: ["noOp", "manualTrigger", "respondToWebhook"])
  func handsItsItemsOn(type: String) async throws {
    let trial = try NodeTrial(type, "{}", #"[{"a": 1}, {}]"#)
    #expect(try await trial.outputs() == trial.inputs)
  }
}
