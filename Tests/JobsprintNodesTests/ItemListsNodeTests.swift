import JobsprintDomain
import Testing

/// The operations themselves are tested with the nodes whose code they are.
struct ItemListsNodeTests {
  @Test func splitsOutWhereNothingIsSaid() async throws {
    #expect(try await data("itemLists", version: 3, #"{"fieldToSplitOut": "l"}"#, #"[{"l": [1]}]"#) == [["l": 1]])
  }

  @Test(arguments: ["concatenateItems", "aggregateItems"])
  func aggregates(operation: String) async throws {
    let parameters = #"{"operation": "\#(operation)", "aggregate": "aggregateAllItemData"}"#
    #expect(try await data("itemLists", version: 3, parameters, #"[{"a": 1}]"#) == [["data": [["a": 1]]]])
  }

  @Test func readsTheFieldListsOfAllVersions() async throws {
    let old =
      #"{"operation": "removeDuplicates", "compare": "selectedFields", "fieldsToCompare": {"fields": [{"fieldName": "a"}]}}"#
    #expect(try await data("itemLists", old, #"[{"a": 1, "b": 1}, {"a": 1, "b": 2}]"#).count == 1)
    let new = #"{"operation": "removeDuplicates", "compare": "selectedFields", "fieldsToCompare": "a, b"}"#
    #expect(try await data("itemLists", version: 3, new, #"[{"a": 1, "b": 1}, {"a": 1, "b": 2}]"#).count == 2)
  }

  @Test func limitsAndSorts() async throws {
    #expect(try await data("itemLists", #"{"operation": "limit"}"#, "[{}, {}]").count == 1)
    let sort = #"{"operation": "sort", "sortFieldsUi": {"sortField": [{"fieldName": "a"}]}}"#
    #expect(try await data("itemLists", sort, #"[{"a": 2}, {"a": 1}]"#) == [["a": 1], ["a": 2]])
  }

  @Test func aMissingFieldIsAnErrorBeforeVersion21() async throws {
    let split = #"{"fieldToSplitOut": "x"}"#
    let items = #"[{"a": null}]"#
    #expect(try await failure("itemLists", version: 2, split, items) == "Couldn't find the field 'x' in the input data")
    #expect(try await data("itemLists", version: 2.1, split, items) == [])
    #expect(
      try await failure("itemLists", version: 2, #"{"fieldToSplitOut": "a"}"#, items).contains("is not an array"))
    let summarize = #"{"operation": "summarize", "fieldsToSummarize": {"values": [{"field": "x"}]}}"#
    #expect(try await failure("itemLists", version: 2, summarize, items).contains("'x'"))
    #expect(try await data("itemLists", version: 2.1, summarize, items) == [["count_x": 0]])
  }

  @Test func refusesAnUnknownOperation() async throws {
    #expect(try await failure("itemLists", #"{"operation": "fold"}"#, "[{}]").contains("can't be 'fold'"))
  }
}
