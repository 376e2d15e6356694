import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// Code that means harm: it fails by itself, and whatever comes after it finds nothing of it.
@Suite struct SandboxTests {
  private static let executable = ServerProcess.builtProgram("jobsprint-sandbox").path

  private func evaluator(_ limit: Duration = .seconds(20)) -> SandboxEvaluator {
    var options = SandboxOptions(executable: Self.executable)
    options.size = 1
    options.timeLimit = limit
    return SandboxEvaluator(options)
  }

  private func code(_ source: String, _ kind: NodeCode.Kind = .all) -> NodeCode {
    NodeCode(kind: kind, source: source, continuesOnFail: false)
  }

  private func json(_ source: String) async throws -> [JSONObject] {
    try await evaluator().run(code(source), in: Scene(json: ["n": 1]).scope, console: NodeConsole()).map(\.json)
  }

  @Test func codeSeesItsItemsAndGivesItems() async throws {
    #expect(try await json("return $input.all().map(i => ({ json: { m: i.json.n + 1 } }))") == [["m": 2]])
    #expect(try await json("await Promise.resolve(); return [{ a: 1 }, { a: 2 }]") == [["a": 1], ["a": 2]])
  }

  @Test(arguments: [
    "while (true) {}", "for (;;) await null", "const spin = () => Promise.resolve().then(spin); await spin()",
  ])
  func whatNeverEndsIsEnded(source: String) async throws {
    let sandboxes = evaluator(.seconds(3))
    let error = await #expect(throws: NodeError.self) {
      try await sandboxes.run(code(source), in: Scene(json: [:]).scope, console: NodeConsole())
    }
    #expect(error?.name == "CodeSandboxError")
    #expect(error?.message.contains("used up its") == true)
    // Beside other tests even this may take longer than the limit.
    try await eventually {
      let after = try? await sandboxes.run(
        code("return { lives: true }"), in: Scene(json: [:]).scope, console: NodeConsole())
      return after?.map(\.json) == [["lives": true]]
    }
  }

  @Test func aCancelledTaskLeavesAnIdleSandboxAlone() async throws {
    let sandboxes = evaluator()
    _ = try await sandboxes.run(
      code("globalThis.mark = 7; return []"), in: Scene(json: [:]).scope, console: NodeConsole())
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await sandboxes.run(code("return []"), in: Scene(json: [:]).scope, console: NodeConsole())
    }
    await #expect(throws: NodeError.self) { try await cancelled.value }
    // The same process still has the same execution's context.
    let after = try await sandboxes.run(
      code("return { mark: globalThis.mark }"), in: Scene(json: [:]).scope, console: NodeConsole())
    #expect(after.map(\.json) == [["mark": 7]])
  }

  @Test(arguments: [
    "const a = []; while (true) a.push(new Array(1e5).fill(7.5))",
    "const a = []; while (true) a.push(new Uint8Array(1e7).fill(1))",
  ])
  func whatTakesAllMemoryIsEnded(source: String) async throws {
    let sandboxes = evaluator()
    let error = await #expect(throws: NodeError.self) {
      try await sandboxes.run(code(source), in: Scene(json: [:]).scope, console: NodeConsole())
    }
    #expect(error?.message.contains("used up its memory") == true)
    let after = try await sandboxes.run(
      code("return { lives: true }"), in: Scene(json: [:]).scope, console: NodeConsole())
    #expect(after.map(\.json) == [["lives": true]])
  }

  @Test(arguments: [
    "(function f() { f() })()", "let s = 'x'; while (true) s = s + s", "throw null", "return 5", "return Symbol()",
    "return { get json() { throw new Error('x') } }", "}", "await new Promise(() => {})",
  ])
  func whatFailsIsAnErrorOfTheNode(source: String) async throws {
    let sandboxes = evaluator()
    await #expect(throws: NodeError.self) {
      try await sandboxes.run(code(source), in: Scene(json: [:]).scope, console: NodeConsole())
    }
    let after = try await sandboxes.run(
      code("return { lives: true }"), in: Scene(json: [:]).scope, console: NodeConsole())
    #expect(after.map(\.json) == [["lives": true]])
  }

  /// Walks to whatever might lead out of the realm, in the spellings that have opened other sandboxes.
  @Test(arguments: [
    "return { found: typeof process + typeof require('fs') }", "return { found: require('child_process') }",
    "return { found: await import('fs') }",
  ])
  func nothingOfAHostIsThere(source: String) async throws {
    await #expect(throws: NodeError.self) { try await json(source) }
  }

  @Test func theEnvironmentIsEmpty() async throws {
    #expect(try await json("return { found: process.env }") == [["found": [:]]])
  }

  @Test func aConstructorLeadsNoFurtherThanTheRealm() async throws {
    let found = try await json(
      """
      const global = (() => {}).constructor('return this')() ?? {};
      return { names: ['process', 'require', 'fetch', 'Deno', 'Bun', 'WebAssembly'].filter(n => typeof global[n] === 'function'
        || typeof global[n] === 'object' && n !== 'WebAssembly') };
      """)
    #expect(found == [["names": []]])
  }

  @Test func whatOneExecutionSpoilsIsWholeInTheNext() async throws {
    let sandboxes = evaluator()
    let first = Scene(json: [:]).scope
    _ = try? await sandboxes.run(
      code("Object.prototype.stolen = 1; Array.prototype.map = () => 'x'; globalThis.kept = 1; return {}"), in: first,
      console: NodeConsole())
    var other = Scene(json: [:])
    other.execution = .numbered(77)
    let after = try await sandboxes.run(
      code("return { stolen: typeof {}.stolen, kept: typeof kept, mapped: [1].map(x => x + 1)[0] }"), in: other.scope,
      console: NodeConsole())
    #expect(after.map(\.json) == [["stolen": "undefined", "kept": "undefined", "mapped": 2]])
  }

  @Test func namesThatMeanSomethingElsewhereAreData() async throws {
    let found = try await json(#"return JSON.parse('[{"json":{"__proto__":{"a":1},"constructor":2}}]')"#)
    #expect(found == [["__proto__": ["a": 1], "constructor": 2]])
  }

  @Test func formatsAreExpandedAndPrepared() async throws {
    let source = """
      const parser = DateTime.buildFormatParser("dd.MM.yyyy");
      const read = (text) => DateTime.fromFormatParser(text, parser, { zone: 'UTC' }).toISODate();
      const refused = [() => DateTime.fromFormatParser('1', 'yyyy'), () => DateTime.fromFormatParser('1', parser, { locale: 'fr' })]
        .map((call) => { try { call(); return false } catch { return true } });
      return {
        texts: [read('24.12.2026'), read('x')], format: DateTime.expandFormat('D T'), refused,
        explained: DateTime.fromStringExplain('2026', 'yyyy').result,
      }
      """
    #expect(
      try await json(source) == [
        [
          "texts": ["2026-12-24", .null], "format": "M/d/yyyy H:mm", "refused": [true, true],
          "explained": ["year": 2026],
        ]
      ])
  }

  @Test func whatCodeWritesIsKeptInItsOrder() async throws {
    let console = NodeConsole()
    _ = try await evaluator().run(
      code("console.log('a', 1, { b: [2] }); console.error(new Error('c')); console.debug(undefined); return []"),
      in: Scene(json: [:]).scope, console: console)
    #expect(console.lines.map(\.level) == [.log, .error, .debug])
    #expect(console.lines.map(\.text).first == #"a 1 {"b":[2]}"#)
    #expect(console.lines.map(\.text).last == "undefined")
  }

  @Test func whatCodeWritesBeforeItFailsIsKept() async throws {
    let console = NodeConsole()
    await #expect(throws: NodeError.self) {
      try await evaluator().run(
        code("console.warn('here'); throw new Error('x')"), in: Scene(json: [:]).scope, console: console)
    }
    #expect(console.lines == [ConsoleLine(.warn, "here")])
  }

  @Test(arguments: ["console.log(i)", "console.log('x'.repeat(1000))"])
  func whatIsWrittenBeyondTheBoundsIsToldOf(statement: String) async throws {
    let console = NodeConsole()
    _ = try await evaluator().run(
      code("for (let i = 0; i < 5000; i++) \(statement); return []"), in: Scene(json: [:]).scope, console: console)
    #expect(console.lines.count <= 1001)
    #expect(console.lines.reduce(0) { $0 + $1.text.utf8.count } < 70_000)
    #expect(console.lines.last?.text.hasPrefix("The rest is not kept") == true)
  }

  @Test func theEnvironmentOfExpressionsHasWhatIsAllowed() async throws {
    let sandboxes = SandboxEvaluator(SandboxOptions(executable: Self.executable), environment: ["REGION": "north"])
    let expression: ExactString = "={{ $env.REGION + ' ' + typeof $env.PATH }}"
    let resolver = try await sandboxes.resolver(for: Scene(json: [:]).scope, inJavaScript: [expression])
    #expect(try resolver.resolve(expression.text, parameter: "value", item: 0) == "north undefined")
  }

  @Test func variablesOfTheWorkspaceAreThereForExpressionsAndCode() async throws {
    var scene = Scene(json: [:])
    scene.variables = ["region": "north"]
    let sandboxes = evaluator()
    let expression: ExactString = "={{ $vars.region.split('').reverse().join('') + typeof $vars.none }}"
    let resolver = try await sandboxes.resolver(for: scene.scope, inJavaScript: [expression])
    #expect(try resolver.resolve(expression.text, parameter: "value", item: 0) == "htronundefined")
    let made = try await sandboxes.run(
      code("return { region: $vars.region, all: Object.keys($vars) }"), in: scene.scope, console: NodeConsole())
    #expect(made.map(\.json) == [["region": "north", "all": ["region"]]])
    #expect(try await scene.evaluate("={{ $vars.region }} {{ $vars.none }}") == "north ")
  }

  @Test(
    arguments: [
      ("this.$json.n", 1), ("(() => `${this.$json.n}`)()", "1"), ("(function () { return this })()", [:]),
      ("({ n: 2, f() { return this.n } }).f()", 2), ("({ this: 3 }).this", 3), ("$nodeId", "here-1"),
      ("DateTime.fromISO('2024-06-01', { zone: 'Europe/Berlin' }).zone", ["zoneName": "Europe/Berlin", "valid": true]),
    ] as [(String, JSONValue)])
  func anExpressionGives(code: String, expected: JSONValue) async throws {
    let expression = ExactString("={{ \(code) }}")
    let resolver = try await evaluator().resolver(for: Scene(json: ["n": 1]).scope, inJavaScript: [expression])
    #expect(try resolver.resolve(expression.text, parameter: "value", item: 0) == expected)
  }

  /// One request for all items: what has no value stands beside those that have one.
  @Test func everyItemGetsItsOwn() async throws {
    let expressions: Set<ExactString> = ["={{ $json.n.toFixed(1) }}", "={{ $json.n === 2 ? $('X') : [$json.n] }}"]
    let scope = Scene(json: ["n": 1], ["n": 2], [:], ["n": 4]).scope
    let resolver = try await evaluator().resolver(for: scope, inJavaScript: expressions)
    func value(_ expression: String, _ item: Int) throws -> JSONValue? {
      try resolver.resolve(expression, parameter: "value", item: item)
    }
    #expect(try (0..<4).map { try value("={{ $json.n.toFixed(1) }}", $0) } == ["1.0", "2.0", nil, "4.0"])
    #expect(try [0, 2, 3].map { try value("={{ $json.n === 2 ? $('X') : [$json.n] }}", $0) } == [[1], [.null], [4]])
    let error = #expect(throws: NodeError.self) { try value("={{ $json.n === 2 ? $('X') : [$json.n] }}", 1) }
    #expect(error?.item == 1 && error?.context["parameter"] == "value")
  }

  @Test func whatALaterItemChangesStaysAsItWas() async throws {
    let expression: ExactString = "={{ ($input.first().json.seen = $json.n, $input.first().json) }}"
    let resolver = try await evaluator().resolver(
      for: Scene(json: ["n": 1], ["n": 2]).scope, inJavaScript: [expression])
    let found = try (0..<2).map { try resolver.resolve(expression.text, parameter: "value", item: $0) }
    #expect(found == [["n": 1, "seen": 1], ["n": 1, "seen": 2]])
  }
}
