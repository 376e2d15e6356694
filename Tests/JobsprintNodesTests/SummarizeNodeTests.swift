import JobsprintDomain
import Testing

struct SummarizeNodeTests {
  private let items = """
    [{"g": "b", "h": 1, "v": 3, "t": "x"}, {"g": "a", "h": 1, "v": "7", "t": "y"}, {"g": "b", "h": 2, "v": 1.5},
     {"g": "b", "h": 1, "v": null, "t": ""}, {"h": 1, "v": 2, "t": {"k": 1}}]
    """

  private func summarized(
    _ values: String, by fields: String = "", version: Double = 1.1, options: String = "{}"
  ) async throws -> [JSONValue] {
    let parameters =
      #"{"fieldsToSummarize": {"values": [\#(values)]}, "fieldsToSplitBy": "\#(fields)", "options": \#(options)}"#
    return try await data("summarize", version: version, parameters, items)
  }

  private func figure(_ aggregation: String, _ field: String = "v", _ more: String = "") async throws -> JSONValue {
    let summary = try await summarized(#"{"aggregation": "\#(aggregation)", "field": "\#(field)"\#(more)}"#)
    return try #require(summary.first?.objectValue?.values.first)
  }

  @Test func sumsAndAveragesNumbersOnly() async throws {
    #expect(try await figure("sum") == 6.5)
    #expect(try await figure("average") == .double(6.5 / 3))
    #expect(try await figure("average", "t") == .null)
  }

  @Test func comparesMixedValuesAsJavaScriptDoes() async throws {
    #expect(try await figure("max") == "7")
    #expect(try await figure("min") == 1.5)
    #expect(try await figure("max", "g") == "b")
    #expect(try await figure("min", "none") == .null)
  }

  @Test func countsWhatIsThereOrAll() async throws {
    #expect(try await figure("count") == 4)
    #expect(try await figure("count", "v", #", "includeEmpty": true"#) == 5)
    #expect(try await figure("countUnique", "h") == 2)
    #expect(try await figure("countUnique", "t") == 3)
    #expect(try await figure("countUnique", "t", #", "includeEmpty": true"#) == 5)
  }

  @Test func appendsAndConcatenates() async throws {
    #expect(try await figure("append") == [3, "7", 1.5, 2])
    #expect(try await figure("concatenate", "t") == #"x,y,{"k":1}"#)
    #expect(
      try await figure("concatenate", "t", #", "separateBy": "other", "customSeparator": "--""#) == #"x--y--{"k":1}"#)
    #expect(
      try await figure("concatenate", "v", #", "includeEmpty": true, "separateBy": " ""#) == "3 7 1.5 null 2")
  }

  @Test func groupsInTheOrderOfTheirFirstItems() async throws {
    let count = #"{"field": "v"}"#
    #expect(
      try await summarized(count, by: "g, h") == [
        ["g": "b", "h": 1, "count_v": 1], ["g": "b", "h": 2, "count_v": 1], ["g": "a", "h": 1, "count_v": 1],
        ["h": 1, "count_v": 1],
      ])
    #expect(
      try await summarized(count, by: "g", version: 1) == [
        ["g": "b", "count_v": 2], ["g": "a", "count_v": 1], ["g": "undefined", "count_v": 1],
      ])
    #expect(try await summarized(count, by: "g", options: #"{"skipEmptySplitFields": true}"#).count == 2)
  }

  @Test func groupsInsideEachOtherMakeOneItem() async throws {
    #expect(
      try await summarized(#"{"field": "v"}"#, by: "h,g", options: #"{"outputFormat": "singleItem"}"#) == [
        [
          "1": ["b": ["count_v": 1], "a": ["count_v": 1], "undefined": ["count_v": 1]],
          "2": ["b": ["count_v": 1]],
        ]
      ])
  }

  @Test func pairsEachGroupWithItsItems() async throws {
    let trial = try NodeTrial(
      "summarize", version: 1.1, #"{"fieldsToSummarize": {"values": [{"field": "v"}]}, "fieldsToSplitBy": "g"}"#, items)
    #expect(try await trial.origins() == [[0, 2, 3], [1], [4]])
  }

  @Test func namesOfNestedFieldsLoseTheirDots() async throws {
    let parameters =
      #"{"fieldsToSummarize": {"values": [{"aggregation": "sum", "field": "a[0].b c"}]}, "fieldsToSplitBy": "k.l"}"#
    #expect(
      try await data("summarize", version: 1.1, parameters, #"[{"a": [{"b c": 2}], "k": {"l": true}}]"#)
        == [["k_l": true, "sum_a0_b_c": 2]])
  }

  @Test func aFieldThatNoItemHasIsAnErrorInVersion1Only() async throws {
    let parameters = #"{"fieldsToSummarize": {"values": [{"field": "none"}]}}"#
    #expect(try await failure("summarize", parameters, items).contains("'none'"))
    #expect(try await data("summarize", version: 1.1, parameters, items) == [["count_none": 0]])
    let going = #"{"fieldsToSummarize": {"values": [{"field": "none"}]}, "options": {"continueIfFieldNotFound": true}}"#
    #expect(try await data("summarize", going, items) == [[:]])
  }

  @Test func refusesWhatMakesNoSense() async throws {
    #expect(try await failure("summarize", "{}", items).contains("at least one aggregation"))
    #expect(
      try await failure("summarize", #"{"fieldsToSummarize": {"values": [{"aggregation": "median"}]}}"#, items)
        .contains("can't be 'median'"))
    #expect(try await failure("summarize", #"{"fieldsToSummarize": {"values": [{}]}}"#, items).contains("has no field"))
    let many = (0..<100).map { "f\($0)" }.joined(separator: ",")
    #expect(
      try await failure(
        "summarize", #"{"fieldsToSummarize": {"values": [{"field": "v"}]}, "fieldsToSplitBy": "\#(many)"}"#, items
      ).contains("fields to split by"))
  }

  /// Longer than one block of items; of every group there are items in each block.
  @Test func aLongListIsSummedUpAsAWhole() async throws {
    let items = (0..<200).map { #"{"group": "g\#($0 % 3)", "n": \#($0)}"# }.joined(separator: ", ")
    let trial = try NodeTrial(
      "summarize", version: 1.1,
      #"{"fieldsToSummarize": {"values": [{"aggregation": "sum", "field": "n"}, {"aggregation": "min", "field": "n"}, {"aggregation": "count", "field": "n"}]}, "fieldsToSplitBy": "group"}"#,
      "[\(items)]")
    let sums = (0..<3).map { group in (0..<200).filter { $0 % 3 == group }.reduce(0, +) }
    #expect(
      try await trial.data()
        == (0..<3).map { group in
          [
            "group": .string("g\(group)"), "sum_n": .integer(Int64(sums[group])), "min_n": .integer(Int64(group)),
            "count_n": .integer(group < 2 ? 67 : 66),
          ]
        })
    #expect(try await trial.origins() == (0..<3).map { group in (0..<200).filter { $0 % 3 == group } })
  }

  @Test func noItemsHaveFiguresOfNothingAndNoGroups() async throws {
    let figures =
      #"{"aggregation": "sum", "field": "n"}, {"aggregation": "count", "field": "n"}, {"aggregation": "max", "field": "n"}"#
    let parameters = #"{"fieldsToSummarize": {"values": [\#(figures)]}"#
    #expect(
      try await data("summarize", version: 1.1, parameters + "}", "[]") == [["sum_n": 0, "count_n": 0, "max_n": nil]])
    #expect(try await data("summarize", version: 1.1, parameters + #", "fieldsToSplitBy": "g"}"#, "[]") == [])
  }
}
