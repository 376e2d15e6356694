import JobsprintDomain
import JobsprintPorts
import Testing

@testable import JobsprintScript

@Suite struct TemplateTests {
  private let scene = Scene(json: ["a": 1, "s": "x", "o": ["k": 1], "l": [1, nil, "z"], "t": true, "no": nil])

  @Test func aSingleExpressionKeepsItsType() async throws {
    #expect(try await scene.evaluate("={{ $json.a }}") == 1)
    #expect(try await scene.evaluate("={{$json.o}}") == ["k": 1])
    #expect(try await scene.evaluate("={{ $json.missing }}") == nil)
    #expect(try await scene.evaluate("={{ $json.no }}") == .null)
    #expect(try await scene.evaluate("={{\n$json.t\n}}") == true)
  }

  @Test func anythingAroundMakesText() async throws {
    #expect(try await scene.evaluate("= {{ $json.a }}") == " 1")
    #expect(try await scene.evaluate("={{ $json.a }}\n") == "1\n")
    #expect(try await scene.evaluate("={{ $json.a }}{{ $json.s }}") == "1x")
    #expect(try await scene.evaluate("=a{{ $json.o }}b{{ $json.l }}c") == "a[object Object]b1,,zc")
    #expect(try await scene.evaluate("=<{{ $json.missing }}{{ $json.no }}{{ $json.missing.deep }}{{ NaN }}>") == "<>")
    #expect(try await scene.evaluate("={{ $json.t }},{{ !$json.t }},{{ 0 }},{{ 0.10 }}") == "true,false,0,0.1")
  }

  @Test func textWithoutExpressionIsLiteral() async throws {
    #expect(try await scene.evaluate("=") == "")
    #expect(try await scene.evaluate("=TRUE") == "TRUE")
    #expect(try await scene.evaluate("==x") == "=x")
    #expect(try await scene.evaluate("={ \"a\": { \"b\": 1 }}") == "{ \"a\": { \"b\": 1 }}")
    #expect(try await scene.evaluate("=\u{301}x") == "\u{301}x")
    #expect(try await scene.evaluate("=open {{ $json.a") == "open {{ $json.a")
    #expect(try await scene.evaluate("=\\{{ $json.a }} {{ 1 }}") == "{{ $json.a }} 1")
  }

  @Test func textsThatLookAlikeStayApart() async throws {
    let resolver = try await NativeExpressionEvaluator().resolver(for: scene.scope, inJavaScript: [])
    for text in ["e\u{301}", "\u{E9}"] {
      let value = try resolver.resolve("={{ '\(text)' }}", parameter: "value", item: 0)
      #expect(value?.stringValue.map { Array($0.utf8) } == Array(text.utf8))
    }
  }

  @Test func bracesInsideAnExpression() async throws {
    #expect(try await scene.evaluate("={{ '}}' }}") == "}}")
    #expect(try await scene.evaluate("={{ \"a\\\"}}\" + `}}${'}}'}` }}!") == "a\"}}}}}}!")
    #expect(try await scene.evaluate("={{ {a: {b: {c: 1}}} }}") == ["a": ["b": ["c": 1]]])
    #expect(try await scene.evaluate("={{{a: 1}}}") == ["a": 1])
    #expect(try await scene.evaluate("={{ /* }} */ 2 }}") == 2)
    #expect(try await scene.evaluate("=it's {{ 1 }} and it's {{ 2 }}") == "it's 1 and it's 2")
  }

  @Test func whatNeedsJavaScriptSaysSo() async throws {
    for expression in [
      "$json.s.toUpperCase()", "$json.l.map(x => x)", "x => x", "new Date()", "/a/.test('a')", "$jmespath($json, 'a')",
      "DateTime.now()", "[1, 2].first()", "a = 1", "1, 2", "1; 2", "~1", "1 | 2", "Math.PI", "`a${`b`}` in x", "...[]",
      "$if(1, 2)", "this",
      "10n", "await 1", "$json.s.toUpperCase", "$input", "$('Here')", "$now.plus(1)", "function() {}", "tag`x`",
      "'\\ud800'", "a++", "$json.l?.()",
      "{ ...$json }", "{ f() {} }", "[,1]", "(() => 5)()", "{ f: () => 1 }.f()", "$json.a ? (() => 1)() : 2",
    ] {
      let error = try #require(try await scene.failure("={{ \(expression) }}"), "\(expression)")
      #expect(error.name == "ExpressionError")
      #expect(error.type == "javascript_needed", "\(expression): \(error)")
      #expect(
        error.message.hasPrefix("The expression in the parameter 'value' of the node 'Here' needs JavaScript, because"))
      #expect(error.context["expression"] == .string("={{ \(expression) }}"))
      #expect(error.context["nodeName"] == "Here")
      #expect(error.context["parameter"] == "value")
    }
    guard case .needsJavaScript(let reason) = NativeExpressionEvaluator.coverage(of: "=a {{ $json.s.trim() }}") else {
      Issue.record("covered")
      return
    }
    #expect(reason == "it calls 'trim'")
    #expect(NativeExpressionEvaluator.coverage(of: "=a {{ $json.s }}") == .native)
    #expect(NativeExpressionEvaluator.coverage(of: "{{ $json.s.trim() }}") == .native)
  }

  @Test func whatNoEngineAcceptsIsInvalidSyntax() async throws {
    for expression in [
      "32asd", "1 +", "(1", "1)", "[1", "'open", "a b", "1 2", "{a: 1", "-2 ** 2", "1 ?? 2 || 3", "a ? b", "$json.",
      "]", "0x", "1e", "'\\u12'", "`open",
      "/* open", "$('x'",
    ] {
      let error = try #require(try await scene.failure("={{ \(expression) }}"), "\(expression)")
      #expect(error.type == "invalid_syntax", "\(expression): \(error.message)")
    }
  }
}

/// Text made to break the parser.
@Suite struct HostileExpressionTests {
  private let scene = Scene(json: ["a": 1])
  private let many = 1 << 20

  @Test func deepNestingIsAnError() async throws {
    for piece in ["(", "[", "{a:", "!(", "`${", "$json[", "$(", "a?", "a?b:", "1**", "-(", "{[", "$input.first("] {
      let count = many / piece.utf8.count
      for count in [90, count, 20_000] {
        let error = try await scene.failure("={{ " + String(repeating: piece, count: count) + " }}")
        #expect(error != nil, "\(piece) \(count)")
      }
    }
  }

  @Test func nestingWithinTheLimitWorks() async throws {
    let depth = 95
    let nested = String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
    #expect(try await scene.evaluate("={{ \(nested) }}") == 1)
  }

  @Test func longFlatTextIsFine() async throws {
    let count = 20_000
    #expect(try await scene.evaluate("={{ 0" + String(repeating: "+1", count: count) + " }}") == .integer(Int64(count)))
    #expect(try await scene.evaluate("={{ " + String(repeating: "!", count: count) + "1 }}") == true)
    #expect(try await scene.evaluate("={{ x" + String(repeating: "?.a", count: count) + " }}") == nil)
    #expect(try await scene.evaluate("={{ 0" + String(repeating: "||0", count: count) + " }}") == 0)
    #expect(
      try await scene.evaluate("=" + String(repeating: "{{1}}", count: count))
        == .string(String(repeating: "1", count: count)))
    #expect(try await scene.failure("={{ " + String(repeating: "+", count: many) + "1 }}") != nil)
  }

  @Test func splittingStaysLinear() async throws {
    for piece in ["{{ ", "{{ ' }}", "{{ ( }}", "{{ ` }}", "\\{{", "}}", "{", "{{ /* }}", "{{ { }}"] {
      _ = try await scene.failure("=" + String(repeating: piece, count: many / piece.utf8.count))
    }
  }
}
