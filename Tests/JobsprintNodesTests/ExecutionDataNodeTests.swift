import JobsprintDomain
import JobsprintPorts
import Testing

struct ExecutionDataNodeTests {
  @Test func notesValuesAndHandsItemsOn() async throws {
    let trial = try NodeTrial(
      "executionData", #"{"dataToSave": {"values": [{"key": "id", "value": "={{ $json.id }}"}]}}"#,
      #"[{"id": 1}, {"id": 2}]"#)
    #expect(try await trial.outputs() == trial.inputs)
    #expect(trial.notes.left.customData?.texts == ["id": "2"])
  }

  @Test func addsToWhatTheExecutionHas() async throws {
    var found = ExecutionNotes()
    found.take(RunNotes(customData: CustomData(["a": "1", "b": "1"])))
    var trial = try NodeTrial(
      "executionData", #"{"dataToSave": {"values": [{"key": "b", "value": 2}, {"key": "c", "value": true}]}}"#, "[{}]")
    trial.notes = NodeNotes(found)
    _ = try await trial.outputs()
    #expect(trial.notes.left.customData?.texts == ["a": "1", "b": "2", "c": "true"])
  }

  @Test func refusesWhatIsNoKey() async throws {
    let message = try await failure(
      "executionData", #"{"dataToSave": {"values": [{"key": "a b", "value": "1"}]}}"#, "[{}]")
    #expect(message == "'a b' can't be a key of custom data")
  }

  @Test func refusesWhatIsNoList() async throws {
    #expect(try await failure("executionData", #"{"dataToSave": {"values": "id"}}"#, "[{}]").contains("must be a list"))
  }
}
