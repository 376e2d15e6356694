import JobsprintDomain
import Testing

struct AggregateNodeTests {
  private let items = #"[{"a": {"b": 1}, "l": [1, null]}, {"a": {"b": null}, "l": [2]}, {"l": null}]"#

  private func fields(_ fields: String, options: String = "{}") async throws -> [JSONValue] {
    try await data(
      "aggregate", #"{"fieldsToAggregate": {"fieldToAggregate": \#(fields)}, "options": \#(options)}"#, items)
  }

  @Test func makesAListOfEachFieldWithoutWhatIsMissing() async throws {
    #expect(
      try await fields(#"[{"fieldToAggregate": "a.b"}, {"fieldToAggregate": "l"}]"#)
        == [["b": [1], "l": [[1], [2]]]])
  }

  @Test func keepsWhatIsMissing() async throws {
    #expect(
      try await fields(#"[{"fieldToAggregate": "a.b"}]"#, options: #"{"keepMissing": true}"#)
        == [["b": [1, nil, nil]]])
  }

  @Test func joinsLists() async throws {
    #expect(try await fields(#"[{"fieldToAggregate": "l"}]"#, options: #"{"mergeLists": true}"#) == [["l": [1, 2]]])
  }

  @Test func renamesTheOutputEvenIntoAnObject() async throws {
    let renamed = #"[{"fieldToAggregate": "a.b", "renameField": true, "outputFieldName": "x.y"}]"#
    #expect(try await fields(renamed) == [["x": ["y": [1]]]])
    #expect(try await fields(renamed, options: #"{"disableDotNotation": true}"#) == [["x.y": []]])
  }

  @Test func theItemIsMadeOfAllItems() async throws {
    let trial = try NodeTrial("aggregate", #"{"aggregate": "aggregateAllItemData"}"#, items)
    #expect(try await trial.origins() == [[0, 1, 2]])
    #expect(try await trial.data().first?["data"]?.arrayValue?.count == 3)
  }

  @Test func listsSelectedFieldsOfWholeItems() async throws {
    let included =
      #"{"aggregate": "aggregateAllItemData", "include": "specifiedFields", "fieldsToInclude": "a, x", "destinationFieldName": "out"}"#
    #expect(try await data("aggregate", included, items) == [["out": [["a": ["b": 1]], ["a": ["b": nil]]]]])
    let excluded = #"{"aggregate": "aggregateAllItemData", "include": "allFieldsExcept", "fieldsToExclude": ["l"]}"#
    #expect(try await data("aggregate", excluded, items) == [["data": [["a": ["b": 1]], ["a": ["b": nil]]]]])
  }

  @Test func gathersFilesUnderNamesOfTheirOwn() async throws {
    var trial = try NodeTrial(
      "aggregate", #"{"aggregate": "aggregateAllItemData", "options": {"includeBinaries": true}}"#, "[{}, {}, {}]")
    for place in trial.inputs[0].indices { trial.inputs[0][place].binary = ["data": ["mimeType": "text/plain"]] }
    #expect(try await trial.outputs()[0][0].binary.map { Array($0.keys) } == ["data", "data_1", "data_2"])

    let unique = #"{"aggregate": "aggregateAllItemData", "options": {"includeBinaries": true, "keepOnlyUnique": true}}"#
    var uniqueTrial = try NodeTrial("aggregate", unique, "[{}, {}]")
    uniqueTrial.inputs = trial.inputs
    #expect(try await uniqueTrial.outputs()[0][0].binary?.count == 1)
  }

  @Test func refusesWhatMakesNoSense() async throws {
    #expect(try await failure("aggregate", "{}", items) == "No fields specified")
    let twice =
      #"{"fieldsToAggregate": {"fieldToAggregate": [{"fieldToAggregate": "a"}, {"fieldToAggregate": "a"}]}}"#
    #expect(try await failure("aggregate", twice, items) == "The 'a' output field is used more than once")
    #expect(try await failure("aggregate", #"{"aggregate": 5}"#, items).contains("can't be '5'"))
    #expect(
      try await failure("aggregate", #"{"fieldsToAggregate": {"fieldToAggregate": "a"}}"#, items)
        .contains("must be a list"))
  }
}
