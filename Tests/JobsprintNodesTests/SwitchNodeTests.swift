import JobsprintDomain
import Testing

struct SwitchNodeTests {
  private func rule(_ value: String) -> String {
    #"{"conditions": {"combinator": "and", "conditions": [{"leftValue": "={{ $json.a }}", "rightValue": "\#(value)", "operator": {"type": "string", "operation": "startsWith"}}]}}"#
  }

  @Test func sendsItemsToTheFirstRuleTheyMeet() async throws {
    let parameters = #"{"rules": {"values": [\#(rule("x")), \#(rule("xy"))]}, "options": {"fallbackOutput": "extra"}}"#
    #expect(
      try await NodeTrial("switch", version: 3.2, parameters, #"[{"a": "xyz"}, {"a": "b"}]"#).allData()
        == [[["a": "xyz"]], [], [["a": "b"]]])
  }

  @Test func sendsItemsToAllRulesTheyMeet() async throws {
    let parameters = #"{"rules": {"values": [\#(rule("x")), \#(rule("xy"))]}, "options": {"allMatchingOutputs": true}}"#
    #expect(
      try await NodeTrial("switch", version: 3.2, parameters, #"[{"a": "xyz"}]"#).allData().map(\.count) == [1, 1])
  }

  @Test func anOutputThatDoesNotExistIsAnError() async throws {
    let parameters = #"{"mode": "expression", "numberOutputs": 2, "output": "={{ $json.o }}"}"#
    #expect(
      try await NodeTrial("switch", version: 3, parameters, #"[{"o": 1}]"#).allData().map(\.count) == [0, 1])
    #expect(try await failure("switch", version: 3, parameters, #"[{"o": 2}]"#).contains("output 2 does not exist"))
  }

  @Test func olderVersionsCompareOneValue() async throws {
    let parameters =
      #"{"dataType": "number", "value1": "={{ $json.n }}", "rules": {"rules": [{"operation": "larger", "value2": 5, "output": 1}]}, "fallbackOutput": 3}"#
    #expect(
      try await NodeTrial("switch", parameters, #"[{"n": 9}, {"n": 1}]"#).allData().map(\.count) == [0, 1, 0, 1])
  }
}
