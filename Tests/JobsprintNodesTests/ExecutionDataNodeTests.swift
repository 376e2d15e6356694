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

  @Test func theLastItemsTextStays() async throws {
    let trial = try NodeTrial(
      "executionData",
      #"{"dataToSave": {"values": [{"key": "={{ $json.key }}", "value": "={{ $json.id }}"}, {"key": "last", "value": "={{ $json.id }}"}]}}"#,
      #"[{"id": 1, "key": "a"}, {"id": 2, "key": "b"}, {"id": 3, "key": "a"}, {"key": "c"}]"#)
    #expect(try await trial.outputs() == trial.inputs)
    #expect(trial.notes.left.customData?.texts == ["a": "3", "last": "", "b": "2", "c": ""])
  }

  @Test func dataIsNotReadAsExpressions() async throws {
    let trial = try NodeTrial(
      "executionData", #"{"dataToSave": {"values": "={{ $json.values }}"}}"#,
      #"[{"values": [{"key": "a", "value": "={{ $json.secret }}"}], "secret": "x"}]"#)
    _ = try await trial.outputs()
    #expect(trial.notes.left.customData?.texts == ["a": "={{ $json.secret }}"])
  }

  @Test func textsAreCut() async throws {
    let text = String(repeating: "ä", count: CustomData.longestText + 1)
    let trial = try NodeTrial(
      "executionData",
      #"{"dataToSave": {"values": [{"key": "a", "value": "\#(text)"}, {"key": "b", "value": "short"}]}}"#,
      "[{}]")
    _ = try await trial.outputs()
    #expect(trial.notes.left.customData?.texts == ["a": .string(String(text.dropLast())), "b": "short"])
  }

  @Test func keysAreCut() async throws {
    let key = String(repeating: "k", count: CustomData.longestKey)
    let trial = try NodeTrial(
      "executionData", #"{"dataToSave": {"values": [{"key": "\#(key)x", "value": "1"}]}}"#, "[{}]")
    _ = try await trial.outputs()
    #expect(trial.notes.left.customData?.texts == [key: "1"])
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
