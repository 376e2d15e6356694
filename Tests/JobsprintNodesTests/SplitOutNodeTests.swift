import JobsprintDomain
import Testing

struct SplitOutNodeTests {
  private let items = #"[{"id": 1, "l": [{"a": 1}, 2, null, [3]], "o": {"x": 7, "y": 8}, "n": {"l": [5]}}]"#

  @Test func objectsBecomeItemsAndOtherElementsFields() async throws {
    #expect(
      try await data("splitOut", #"{"fieldToSplitOut": "l"}"#, items)
        == [["a": 1], ["l": 2], ["l": nil], ["0": 3]])
  }

  @Test func anObjectIsTheListOfItsValues() async throws {
    #expect(try await data("splitOut", #"{"fieldToSplitOut": "$json.o"}"#, items) == [["o": 7], ["o": 8]])
  }

  @Test func splitsSeveralFieldsSideBySide() async throws {
    let parameters = #"{"fieldToSplitOut": "l, o", "options": {"destinationFieldName": "p, q"}}"#
    #expect(
      try await data("splitOut", parameters, items)
        == [["p": ["a": 1], "q": 7], ["p": 2, "q": 8], ["p": nil], ["p": [3]]])
  }

  @Test func keepsOtherFieldsWithoutTheSplitOne() async throws {
    #expect(
      try await data("splitOut", #"{"fieldToSplitOut": "n.l", "include": "allOtherFields"}"#, items).first?["n"] == [:])
    #expect(
      try await data(
        "splitOut", #"{"fieldToSplitOut": "o", "include": "selectedOtherFields", "fieldsToInclude": "id"}"#, items)
        == [["id": 1, "o": 7], ["id": 1, "o": 8]])
  }

  @Test func whatIsNoListIsOneElementAndWhatIsMissingNone() async throws {
    #expect(try await data("splitOut", #"{"fieldToSplitOut": "id"}"#, items) == [["id": 1]])
    #expect(try await data("splitOut", #"{"fieldToSplitOut": "x"}"#, items) == [])
    #expect(
      try await data("splitOut", #"{"fieldToSplitOut": "n.l", "options": {"disableDotNotation": true}}"#, items) == [])
  }

  @Test func pairsEachNewItemWithItsOwn() async throws {
    let trial = try NodeTrial("splitOut", #"{"fieldToSplitOut": "l"}"#, #"[{"l": [1, 2]}, {"l": []}, {"l": [3]}]"#)
    #expect(try await trial.origins() == [[0], [0], [2]])
  }

  @Test func anExpressionNamesAFieldForEachItem() async throws {
    let parameters = #"{"fieldToSplitOut": "={{ $json.which }}", "options": {"destinationFieldName": "v"}}"#
    #expect(
      try await data("splitOut", parameters, #"[{"which": "a", "a": [1]}, {"which": "b", "b": [2]}]"#)
        == [["v": 1], ["v": 2]])
  }

  @Test func splitsFiles() async throws {
    var trial = try NodeTrial("splitOut", #"{"fieldToSplitOut": "$binary"}"#, "[{}]")
    trial.inputs[0][0].binary = ["a": ["mimeType": "text/plain"], "b": ["mimeType": "image/png"]]
    #expect(
      try await trial.outputs()[0].map { $0.binary } == [
        ["a": ["mimeType": "text/plain"]], ["b": ["mimeType": "image/png"]],
      ])
  }

  @Test func refusesWhatMakesNoSense() async throws {
    #expect(try await failure("splitOut", "{}", items).contains("No field to split out"))
    #expect(
      try await failure("splitOut", #"{"fieldToSplitOut": "a, b", "options": {"destinationFieldName": "x"}}"#, items)
        .contains("same number of destination fields"))
    #expect(
      try await failure("splitOut", #"{"fieldToSplitOut": "l", "include": "selectedOtherFields"}"#, items)
        == "No fields specified")
    #expect(try await failure("splitOut", #"{"fieldToSplitOut": true}"#, items).contains("list of field names"))
  }
}
