import JobsprintDomain
import Testing

struct FilterNodeTests {
  private func conditions(_ operation: String, _ right: String, more: String = "") -> String {
    #"{"conditions": {"options": {"typeValidation": "strict"}, "combinator": "and", "conditions": [{"leftValue": "={{ $json.n }}", "rightValue": \#(right), "operator": {"type": "number", "operation": "\#(operation)"}}]}\#(more)}"#
  }

  @Test func keepsWhatMeetsTheConditions() async throws {
    let trial = try NodeTrial("filter", version: 2.2, conditions("gt", "1"), #"[{"n": 1}, {"n": 2}, {"n": 3}]"#)
    #expect(try await trial.allData() == [[["n": 2], ["n": 3]]])
    #expect(try await trial.origins() == [[1], [2]])
  }

  @Test(arguments: [
    "2023-01-02", "01/02/2023", "Jan 2, 2023", "Mon Jan 02 2023 10:00:00 GMT+0000 (Coordinated Universal Time)",
    "Mon, 02 Jan 2023 10:00:00 GMT", "1672653600000", "2023/01/02 10:00",
  ])
  func aDateIsWhateverJavaScriptReads(text: String) async throws {
    let after = { (day: String) in
      #"{"conditions": {"conditions": [{"leftValue": "={{ $json.d }}", "rightValue": "\#(day)", "operator": {"type": "dateTime", "operation": "after"}}]}}"#
    }
    let old = { (day: String) in
      #"{"conditions": {"dateTime": [{"value1": "={{ $json.d }}", "value2": "\#(day)"}]}}"#
    }
    let item = #"[{"d": "\#(text)"}]"#
    #expect(try await data("filter", version: 2.2, after("2023-01-01"), item).count == 1)
    #expect(try await data("filter", version: 2.2, after("2023-01-03"), item).isEmpty)
    #expect(try await data("filter", old("2023-01-01"), item).count == 1)
    #expect(try await data("filter", old("2023-01-03"), item).isEmpty)
  }

  @Test(arguments: ["strict", "loose"])
  func aTextThatIsNoDateIsAnError(validation: String) async throws {
    let parameters =
      #"{"conditions": {"options": {"typeValidation": "\#(validation)"}, "conditions": [{"leftValue": "={{ $json.d }}", "rightValue": "2023-01-01", "operator": {"type": "dateTime", "operation": "after"}}]}}"#
    #expect(
      try await failure("filter", version: 2.2, parameters, #"[{"d": "soon"}]"#).contains("'soon' is a string"))
  }

  @Test func noConditionsKeepAll() async throws {
    #expect(try await data("filter", version: 2, "{}", "[{}, {}]").count == 2)
  }

  @Test func aWrongTypeIsAnErrorUnlessTypesAreLoose() async throws {
    let items = #"[{"n": "5"}]"#
    let error = try await NodeTrial("filter", version: 2.2, conditions("gt", "1"), items).failure()
    #expect(error.message.contains("Wrong type: '5' is a string"))
    #expect(error.item == 0)
    for version in [2, 2.2] {
      let loose =
        version < 2.1 ? #", "options": {"looseTypeValidation": true}"# : #", "looseTypeValidation": true"#
      #expect(try await data("filter", version: version, conditions("gt", "1", more: loose), items).count == 1)
    }
  }

  @Test func version1CombinesByKind() async throws {
    let both =
      #""conditions": {"number": [{"value1": "={{ $json.n }}", "operation": "larger", "value2": 1}], "string": [{"value1": "={{ $json.s }}", "value2": "x"}]}"#
    let items = #"[{"n": 2, "s": "x"}, {"n": 2, "s": "y"}, {"n": 0, "s": "y"}]"#
    #expect(try await data("filter", "{\(both)}", items).count == 1)
    #expect(try await data("filter", #"{\#(both), "combineConditions": "OR"}"#, items).count == 2)
  }

  @Test func aFailingItemIsReportedWhereTheNodeGoesOn() async throws {
    let trial = try NodeTrial(
      "filter", version: 2.2, conditions("gt", "1"), onError: .continueRegularOutput, #"[{"n": "a"}, {"n": 2}]"#)
    let kept = try await trial.data()
    #expect(kept.count == 2)
    #expect(kept.first?["error"]?.stringValue?.contains("Wrong type") == true)
  }

  /// Longer than one block of items, with an item that fails in the second one.
  private func longList(onError: OnError) throws -> NodeTrial {
    let items = (0..<150).map { $0 == 100 ? #"{"n": "x"}"# : #"{"n": \#($0)}"# }.joined(separator: ", ")
    return try NodeTrial("filter", version: 2.2, conditions("gt", "97"), onError: onError, "[\(items)]")
  }

  @Test func anItemOfALongListThatFailsEndsTheNode() async throws {
    let error = try await longList(onError: .stopWorkflow).failure()
    #expect(error.item == 100)
  }

  @Test func anItemOfALongListThatFailsIsReportedInItsPlace() async throws {
    let trial = try longList(onError: .continueRegularOutput)
    let kept = try await trial.data()
    #expect(kept.count == 52)
    #expect(kept[2]["error"]?.stringValue?.contains("Wrong type: 'x'") == true)
    #expect(try await trial.origins() == (98..<150).map { [$0] })
  }
}
