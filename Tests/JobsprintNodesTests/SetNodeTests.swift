import JobsprintDomain
import Testing

struct SetNodeTests {
  @Test(arguments: [("array", "['a', 'b']", #"["a", "b"]"#), ("object", "{'a': 1}", #"{"a": 1}"#)])
  func listsAndObjectsMayHaveSingleQuotes(type: String, text: String, value: String) async throws {
    let parameters = #"{"assignments": {"assignments": [{"name": "x", "type": "\#(type)", "value": "\#(text)"}]}}"#
    #expect(try await data("set", version: 3.4, parameters, "[{}]") == [["x": JSONValue(parsing: value)]])
  }

  @Test func setsTypedFieldsByPath() async throws {
    let parameters =
      #"{"assignments": {"assignments": [{"name": "a.b", "type": "number", "value": "5"}]}, "includeOtherFields": true}"#
    #expect(try await data("set", version: 3.4, parameters, #"[{"c": 1}]"#) == [["c": 1, "a": ["b": 5]]])
  }

  @Test func keepsSelectedFieldsOnly() async throws {
    for (include, names, left) in [("selected", "includeFields", ["a"]), ("except", "excludeFields", ["b"])] {
      let parameters =
        #"{"includeOtherFields": true, "include": "\#(include)", "\#(names)": "a", "assignments": {"assignments": []}}"#
      let fields = try await data("set", version: 3.4, parameters, #"[{"a": 1, "b": 2}]"#).first?.objectValue?.keys
      #expect(fields.map { Array($0) } == left)
    }
  }

  @Test func aValueThatDoesNotFitItsTypeIsAnError() async throws {
    let parameters = #"{"assignments": {"assignments": [{"name": "a", "type": "number", "value": "five"}]}}"#
    #expect(try await failure("set", version: 3.4, parameters, "[{}]") == "'a' expects a number but we got 'five'")
  }

  @Test(arguments: [
    (#"{"a": [1, 2,], "b": {"c": "x,}",},}"#, #"{"a": [1, 2], "b": {"c": "x,}"}}"#),
    (
      #"{a: 'it\'s "so"', $b_1: [true, null], "c": -1e5}"#,
      #"{"a": "it's \"so\"", "$b_1": [true, null], "c": -100000}"#
    ),
    ("{ 'a' : { b : \"c: 'd'\" } , }", #"{"a": {"b": "c: 'd'"}}"#),
  ])
  func rawModeTakesObjectsAsJavaScriptWritesThem(written: String, expected: String) async throws {
    let parameters: JSONValue = ["mode": "raw", "jsonOutput": .string(written)]
    #expect(try await data("set", version: 3.4, parameters.jsonText, "[{}]") == [try JSONValue(parsing: expected)])
    let typed: JSONValue = [
      "assignments": ["assignments": [["name": "o", "type": "object", "value": .string(written)]]]
    ]
    #expect(
      try await data("set", version: 3.4, typed.jsonText, "[{}]") == [["o": try JSONValue(parsing: expected)]])
  }

  @Test(arguments: ["{a}", "{a: b}", "{'a: 1}", "{,}", "{a: 1,, b: 2}", "undefined", "{a: 1} x", "'"])
  func whatIsNoObjectIsAnError(written: String) async throws {
    let parameters: JSONValue = ["mode": "raw", "jsonOutput": .string(written)]
    #expect(try await failure("set", version: 3.4, parameters.jsonText, "[{}]").contains("invalid JSON"))
  }

  @Test func rawModeTakesAnObject() async throws {
    #expect(
      try await data("set", version: 3, #"{"mode": "raw", "jsonOutput": "{\"x\": 1}"}"#, #"[{"a": 1}]"#)
        == [["a": 1, "x": 1]])
    #expect(
      try await failure("set", version: 3, #"{"mode": "raw", "jsonOutput": "[1]"}"#, "[{}]").contains(
        "must be an object"))
  }

  @Test func olderVersionsSetByKind() async throws {
    let parameters =
      #"{"keepOnlySet": true, "values": {"string": [{"name": "s", "value": "x"}], "number": [{"name": "n"}]}}"#
    #expect(try await data("set", version: 2, parameters, #"[{"a": 1}]"#) == [["n": 0, "s": "x"]])
  }
}
