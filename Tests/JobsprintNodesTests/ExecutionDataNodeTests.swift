import JobsprintDomain
import Testing

struct ExecutionDataNodeTests {
  @Test func notesValuesAndHandsItemsOn() async throws {
    let trial = try NodeTrial(
      "executionData", #"{"dataToSave": {"values": [{"key": "id", "value": "={{ $json.id }}"}]}}"#,
      #"[{"id": 1}, {"id": 2}]"#)
    let state = try await trial.state()
    #expect(try await trial.outputs() == trial.inputs)
    #expect(state == ["customData": ["id": "2"]])
  }

  @Test func refusesWhatIsNoList() async throws {
    #expect(try await failure("executionData", #"{"dataToSave": {"values": "id"}}"#, "[{}]").contains("must be a list"))
  }
}
