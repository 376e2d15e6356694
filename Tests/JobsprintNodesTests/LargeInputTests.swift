import JobsprintDomain
import Testing

/// What takes quadratic time over items does not end here.
struct LargeInputTests {
  private static let count = 20_000
  private static let items: String = {
    let items = (0..<count).map { #"{"id": \#($0 * 7919 % count), "l": [1], "o": {"k": "v\#($0 % 10)"}, "one": 1}"# }
    return "[\(items.joined(separator: ","))]"
  }()

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      ("filter", #"{"conditions": {"number": [{"value1": 1, "operation": "equal", "value2": 1}]}}"#, count),
      ("sort", #"{"sortFieldsUi": {"sortField": [{"fieldName": "o.k"}, {"fieldName": "id"}]}}"#, count),
      ("removeDuplicates", "{}", count),
      ("removeDuplicates", #"{"compare": "allFieldsExcept", "fieldsToExclude": "id"}"#, 10),
      ("aggregate", #"{"fieldsToAggregate": {"fieldToAggregate": [{"fieldToAggregate": "l"}]}}"#, 1),
      ("splitOut", #"{"fieldToSplitOut": "l", "include": "allOtherFields"}"#, count),
      ("summarize", #"{"fieldsToSummarize": {"values": [{"aggregation": "append", "field": "id"}]}}"#, 1),
      ("summarize", #"{"fieldsToSummarize": {"values": [{"field": "id"}]}, "fieldsToSplitBy": "id"}"#, count),
      (
        "summarize",
        #"{"fieldsToSummarize": {"values": [{"field": "id"}]}, "fieldsToSplitBy": "one, id", "options": {"outputFormat": "singleItem"}}"#,
        1
      ),
      ("renameKeys", #"{"keys": {"key": [{"currentKey": "o.k", "newKey": "k"}]}}"#, count),
      ("debugHelper", #"{"category": "randomData", "randomDataCount": 1}"#, count),
    ])
  func takesManyItems(type: String, parameters: String, expected: Int) async throws {
    #expect(try await data(type, parameters, Self.items).count == expected)
  }

  @Test(.timeLimit(.minutes(1)))
  func comparesManyItems() async throws {
    let parameters = #"{"mergeByFields": {"values": [{"field1": "id", "field2": "id"}]}}"#
    let trial = try NodeTrial("compareDatasets", version: 2.3, parameters, Self.items, Self.items)
    #expect(try await trial.outputs().map(\.count) == [0, Self.count, 0, 0])
  }

  @Test func aPathOfAHundredThousandStepsIsAPlainKey() async throws {
    let path = Array(repeating: "a", count: 100_000).joined(separator: ".")
    let parameters = #"{"keys": {"key": [{"currentKey": "x", "newKey": "\#(path)"}]}}"#
    #expect(try await data("renameKeys", parameters, #"[{"x": 1}]"#) == [.object([path: 1])])
  }
}
