import JobsprintDomain
import Testing

struct IfNodeTests {
  @Test func sendsItemsToOneOfTwoOutputs() async throws {
    let parameters =
      #"{"conditions": {"combinator": "and", "conditions": [{"leftValue": "={{ $json.a }}", "rightValue": "x", "operator": {"type": "string", "operation": "equals"}}]}}"#
    #expect(
      try await NodeTrial("if", version: 2.2, parameters, #"[{"a": "x"}, {"a": "y"}]"#).allData()
        == [[["a": "x"]], [["a": "y"]]])
  }

  @Test func version1ConvertsAsJavaScriptDoes() async throws {
    let parameters =
      #"{"conditions": {"number": [{"value1": "={{ $json.a }}", "operation": "larger", "value2": 3}]}, "combineOperation": "any"}"#
    #expect(
      try await NodeTrial("if", parameters, #"[{"a": "5"}, {"a": "x"}]"#).allData() == [[["a": "5"]], [["a": "x"]]])
  }

  @Test func aDateThatCannotBeReadIsAnErrorOfItsItem() async throws {
    let parameters = #"{"conditions": {"dateTime": [{"value1": "={{ $json.a }}", "value2": "2020-01-01"}]}}"#
    let error = try await NodeTrial("if", parameters, #"[{"a": "2021-01-01"}, {"a": "soon"}]"#).failure()
    #expect(error.message.contains("'soon'"))
    #expect(error.item == 1)
  }
}
