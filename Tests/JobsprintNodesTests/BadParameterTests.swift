// Numbers that no node expects, in every parameter that a node describes: whatever comes, the run ends with items or
// with the node's error. A trap would end every execution of the process.

import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import Testing

@Suite struct BadParameterTests {
  private static let numbers = [
    "0", "-1", "0.5", "-0.0", "1e9", "2147483648", "9007199254740993", "9.2e18", "5e18", "9223372036854775807",
    "-9223372036854775808", "9.3e18", "-9.3e18", "1e308", "-1e308",
  ]
  private static let others = [
    "null", "true", #""""#, #""abc""#, #""nan""#, #""-inf""#, #""0x7fffffffffffffff""#, #""1e400""#, "[]", "[1e18]",
    "{}", #"{"values": 9e18}"#, #""={{ 0 / 0 }}""#, #""={{ 1 / 0 }}""#, #""={{ $json.missing }}""#,
    #""={{ $json.a }}""#,
    #""9223372036854775808[9223372036854775807].x""#, #""a[99999999].b[99999999]""#,
  ]
  private static let inputs = [
    ("[]", "[]"), ("[{}]", "[{}]"),
    (#"[{"a": [1, null, {"b": 9e18}], "b": "x", "date": "2026-01-01"}, {"a": "1e308", "b": null}]"#, #"[{"a": 1}]"#),
  ]

  /// Each parameter alone, beside what makes the node do something.
  private static func parameters(of type: NodeDescription) -> [JSONObject] {
    var bases: [JSONObject] = [[:]]
    for parameter in type.parameters where parameter.kind == .choice {
      for choice in parameter.choices {
        bases += bases.prefix(12).map { base in
          var base = base
          base.set(.string(choice), at: parameter.path)
          return base
        }
      }
    }
    return Array(bases.prefix(24))
  }

  @Test(arguments: BuiltInNodes.all().map(\.description.type))
  func anyParameterMayBeAnything(type: String) async throws {
    let description = try #require(NodeLibrary(BuiltInNodes.all())[type]).description
    let values = try (Self.numbers + Self.others).map { try JSONValue(parsing: $0) }
    let fields: JSONObject = [
      "value": "a", "date": "2026-01-01", "magnitude": "2026-01-01", "startDate": 0, "endDate": "a",
    ]
    for version in [description.versions.min() ?? 1, description.versions.max() ?? 1] {
      for base in Self.parameters(of: description) {
        // Beside another choice it is the numbers that may do harm.
        for parameter in description.parameters where base.isEmpty || parameter.kind == .number {
          for value in values {
            var parameters = fields
            parameters.merge(base)
            parameters.set(value, at: parameter.path)
            let text = JSONValue.object(parameters).jsonText
            for (first, second) in Self.inputs.suffix(base.isEmpty ? 3 : 1) {
              let trial = try NodeTrial(type, version: version, text, first, second)
              _ = try? await trial.result()
            }
          }
        }
      }
    }
  }

  @Test(arguments: ["9.2e18", "5e18", "9223372036854775807", "1e308"])
  func aBatchOfMoreThanAllItemsIsOneOfAll(size: String) async throws {
    for version in [1.0, 2, 3] {
      var trial = try NodeTrial("splitInBatches", version: version, #"{"batchSize": \#(size)}"#, "[{}, {}, {}]")
      #expect(try await trial.outputs().map(\.count).max() == 3)
      trial.runIndex = 1
      _ = try await trial.outputs()
    }
  }

  @Test func hugeAmountsAreRefused() async throws {
    for count in ["1e9", "100001", "9e18"] {
      #expect(
        try await failure("debugHelper", #"{"category": "randomData", "randomDataCount": \#(count)}"#, "[{}]")
          .hasPrefix("The node makes up to 100000 records"))
    }
    let items = "[" + Array(repeating: "{}", count: 11).joined(separator: ",") + "]"
    #expect(
      try await failure("debugHelper", #"{"category": "randomData", "randomDataCount": 10000}"#, items)
        .hasPrefix("The node makes up to 100000 records"))
    #expect(
      try await failure("crypto", #"{"action": "generate", "encodingType": "hex", "stringLength": 1e9}"#, "[{}]")
        .hasPrefix("The length must be from 0 to"))
    #expect(
      try await failure(
        "crypto", #"{"action": "generate", "encodingType": "hex", "stringLength": 1e6}"#,
        "[" + Array(repeating: "{}", count: 65).joined(separator: ",") + "]"
      ).contains("more than 64 million characters"))
  }

  @Test(arguments: [
    #""nan""#, #""inf""#, #""abc""#, #""""#, "null", "true", "[]", #""={{ 0 / 0 }}""#, #""={{ $json.x }}""#, "-1",
  ])
  func waitNeedsANumber(amount: String) async throws {
    for version in [1.0, 1.1] {
      #expect(
        try await failure("wait", version: version, #"{"amount": \#(amount), "unit": "seconds"}"#, "[{}]")
          .hasPrefix("Invalid wait amount"))
    }
  }

  @Test func waitTakesItsDefaultWhereNothingIsSaid() async throws {
    guard case .wait = try await NodeTrial("wait", version: 1.1, "{}", "[{}]").result() else {
      Issue.record("it did not wait")
      return
    }
  }

  @Test(arguments: [3.0, 3.1, 3.2, 3.3, 3.4])
  func aNumberFieldOfOtherTextIsAnError(version: Double) async throws {
    func parameters(_ value: String, _ options: String = "{}") -> String {
      let field =
        version < 3.3
        ? #""fields": {"values": [{"name": "x", "type": "numberValue", "numberValue": \#(value)}]}"#
        : #""assignments": {"assignments": [{"name": "x", "type": "number", "value": \#(value)}]}"#
      return #"{\#(field), "options": \#(options)}"#
    }
    for value in [#""abc""#, #""={{ $json.t }}""#, #""={{ $json.t + '' }}""#, #""=a{{ 'bc' }}""#] {
      let message = try await failure("set", version: version, parameters(value), #"[{"t": "abc"}]"#)
      #expect(message == "'x' expects a number but we got 'abc'")
      let ignoring = parameters(value, #"{"ignoreConversionErrors": true}"#)
      #expect(try await data("set", version: version, ignoring, #"[{"t": "abc"}]"#).first?["x"] == "abc")
    }
    for value in [#""1e999""#, "[]", "{}"] {
      let message = try await failure("set", version: version, parameters(value), "[{}]")
      #expect(message.hasPrefix("'x' expects a number but we got"))
    }
    #expect(try await data("set", version: version, parameters(#"" 12.5 ""#), "[{}]") == [["x": 12.5]])
  }

  @Test func aFormatOfManyDigitsReadsNoDate() async throws {
    let year = String(repeating: "9", count: 40)
    let letters = String(repeating: "Y", count: 40) + String(repeating: "M", count: 40)
    let parameters = #"{"value": "\#(year)\#(year)", "options": {"fromFormat": "\#(letters)"}}"#
    #expect(try await failure("dateTime", parameters, "[{}]").hasPrefix("The date input format"))
    for text in ["2020-01-01T00:00+9223372036854775807", "Jan 1 2020 10:00 GMT+99999999999999999999"] {
      let trial = try NodeTrial(
        "dateTime", version: 2, #"{"operation": "extractDate", "date": "\#(text)", "part": "year"}"#, "[{}]")
      _ = try? await trial.result()
    }
  }

  @Test func aCancelledNodeMatchesNoMorePatterns() async throws {
    let parameters =
      #"{"conditions": {"string": [{"value1": "={{ $json.t }}", "operation": "regex", "value2": "a"}]}}"#
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await failure("if", parameters, #"[{"t": "a"}]"#)
    }
    #expect(try await task.value == "The node was cancelled")
  }

  @Test func aPatternThatExplodesIsTheNodesError() async throws {
    let items = #"[{"text": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}]"#
    let sides = #""leftValue": "={{ $json.text }}", "rightValue": "^(a+)+$""#
    let condition = #"{\#(sides), "operator": {"type": "string", "operation": "regex"}}"#
    let filter = #"{"conditions": {"combinator": "and", "conditions": [\#(condition)]}}"#
    for (type, version) in [("filter", 2.2), ("if", 2.2)] {
      let message = try await failure(type, version: version, filter, items)
      #expect(message == "The pattern '^(a+)+$' took too many steps on this text")
    }
    let legacy =
      #"{"conditions": {"string": [{"value1": "={{ $json.text }}", "operation": "regex", "value2": "/^(a+)+$/i"}]}}"#
    #expect(try await failure("if", legacy, items).hasPrefix("The pattern '/^(a+)+$/i' took too many steps"))
    let survivor = try NodeTrial("if", legacy, onError: .continueRegularOutput, items)
    let reported = try await survivor.outputs().flatMap(\.self).first?.json["error"]?.asTestText
    #expect(reported?.contains("took too many steps") == true)
    let renaming =
      #"{"additionalOptions": {"regexReplacement": {"replacements": [{"searchRegex": "^(a+)+$"}]}}}"#
    let key = String(repeating: "a", count: 50) + "!"
    #expect(try await failure("renameKeys", renaming, #"[{"\#(key)": 1}]"#).contains("took too many steps"))
  }
}

extension JSONValue {
  fileprivate var asTestText: String { stringValue ?? jsonText }
}

extension JSONObject {
  /// Sets a member by its path, making objects on the way.
  fileprivate mutating func set(_ value: JSONValue, at path: String) {
    let steps = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard steps.count == 2 else {
      self[path] = value
      return
    }
    var inner = self[steps[0]]?.objectValue ?? [:]
    inner.set(value, at: steps[1])
    self[steps[0]] = .object(inner)
  }
}
