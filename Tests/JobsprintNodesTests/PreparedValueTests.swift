import JobsprintDomain
import JobsprintNodes
import Testing

/// A value prepared once for many items gives each of them what an evaluation would.
@Suite struct PreparedValueTests {
  private static let items = #"""
    [{"a": 1, "b": {"c": "x"}}, {"b": {"c": "y", "d": 0}, "a": 2.0}, {"b": {"d": 1, "c": null}}, {"a": null, "b": "text"},
     {"b": [5, 6], "a": "7"}, {"a": {"b": 1}, "b": null}, {}]
    """#

  /// Each expression, once as it is and once so that nothing about it is known beforehand.
  @Test(arguments: [
    "$json.a", "$json.b", "$json.b.c", "$json.b.d", "$json.b.length", "$json.a.b", "$json.missing", "$json.b.c.length",
  ])
  func fieldsAreWhatTheyEvaluateTo(expression: String) async throws {
    let parameters = { (text: String) in
      #"{"assignments": {"assignments": [{"name": "x", "type": "any", "value": "\#(text)"}]}}"#
    }
    let prepared = try await data("set", version: 3.4, parameters("={{ \(expression) }}"), Self.items)
    let evaluated = try await data("set", version: 3.4, parameters("={{ true ? \(expression) : 0 }}"), Self.items)
    #expect(prepared == evaluated)
    #expect(prepared.count == 7)
  }

  @Test(arguments: [
    "$json.a", "$json.b", "$json.b.c", "$json.missing", "$json.b.length", "$json", "$json.big", "$json.flag",
  ])
  func textsWithFieldsAreWhatTheyEvaluateTo(expression: String) async throws {
    let parameters = { (text: String) in
      #"{"assignments": {"assignments": [{"name": "x", "type": "string", "value": "=a: {{ \#(text) }}, {{ $json.a }}!"}]}}"#
    }
    let items = #"""
      [{"a": 1, "b": "é", "big": 9007199254740993, "flag": true}, {"flag": false, "b": 1.50, "a": -0.0, "big": 1e21},
       {"b": null, "big": 9007199254740992, "a": "x"}, {"a": {"b": 1}, "b": [1, [2, null]], "flag": "yes"}, {},
       {"big": -9007199254740993, "a": 2, "b": {"c": "d"}}]
      """#
    let prepared = try await data("set", version: 3.4, parameters(expression), items)
    let evaluated = try await data("set", version: 3.4, parameters("true ? \(expression) : 0"), items)
    #expect(prepared == evaluated)
    #expect(prepared.count == 6)
  }

  @Test func aFieldIsFoundWhereverItStands() async throws {
    let operation = #"{"type": "number", "operation": "gte"}"#
    let condition = #"{"leftValue": "={{ $json.n }}", "rightValue": 2, "operator": \#(operation)}"#
    let found = try await data(
      "filter", version: 2.2, #"{"conditions": {"combinator": "and", "conditions": [\#(condition)]}}"#,
      #"[{"n": 1}, {"x": 9, "n": 2}, {"n": 3, "x": 0}, {"x": 5}, {"y": 1, "x": 2, "n": 4}]"#)
    #expect(found.compactMap { $0["n"] } == [2, 3, 4])
  }
}
