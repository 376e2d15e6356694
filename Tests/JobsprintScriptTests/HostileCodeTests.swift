import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// Code and expressions that mean harm, in the spellings that have opened other sandboxes. Whatever they do: nothing
/// outside their realm is reached, the process of the test lives on, and the next execution finds everything whole.
/// One after the other, in one sandbox as far as it survives.
@Suite(.serialized) struct HostileCodeTests {
  private static let executable = ServerProcess.builtProgram("jobsprint-sandbox").path

  private static let sandboxes = evaluator(.seconds(20))
  private static let impatient = evaluator(.seconds(1))

  private static func evaluator(_ limit: Duration) -> SandboxEvaluator {
    var options = SandboxOptions(executable: executable)
    options.size = 1
    options.timeLimit = limit
    return SandboxEvaluator(options)
  }

  private static func scope(execution number: Int = 1) -> ExpressionScope {
    var scene = Scene(json: ["n": 1, "text": "abc"])
    scene.execution = .numbered(number)
    return scene.scope
  }

  private func run(_ source: String, in sandboxes: SandboxEvaluator, execution: Int = 1) async throws -> [JSONObject] {
    let code = NodeCode(kind: .all, source: source, continuesOnFail: false)
    return try await sandboxes.run(code, in: Self.scope(execution: execution), console: NodeConsole()).map(\.json)
  }

  /// Another execution, another workspace's perhaps, in the same sandbox or in the one that took its place.
  private func expectWhole(_ sandboxes: SandboxEvaluator) async throws {
    let source = """
      const fresh = {};
      return { foreign: Object.keys(globalThis).filter(k => k.startsWith('stolen')), inherited: typeof fresh.stolen,
        sum: [1, 2, 3].map(x => x * 2).reduce((a, b) => a + b), text: JSON.stringify({ a: 'b' }),
        day: DateTime.fromISO('2026-01-31').plus({ days: 1 }).toISODate(), n: $input.first().json.n }
      """
    let found = try await run(source, in: sandboxes, execution: 2)
    #expect(
      found == [
        ["foreign": [], "inherited": "undefined", "sum": 12, "text": #"{"a":"b"}"#, "day": "2026-02-01", "n": 1]
      ])
  }

  // MARK: Ways to a global object

  /// Each gives the global object of whatever realm it gets to, or throws.
  private static let walks = [
    "return (() => {}).constructor('return this')()", "return [].map.constructor('return this')()",
    "return ''['constructor']['constructor']('return this')()",
    "return (0)['const' + 'ructor']['constructor']('return this')()",
    #"return (() => {})['\x63onstructor']('return this')()"#,
    #"return (() => {})['\u0063onstructor']('return this')()"#,
    "return (() => {})[`${'constr'}uctor`]('return this')()",
    "return (() => {})[['constructor']]('return this')()",
    "return (() => {})[{ toString: () => 'constructor' }]('return this')()",
    "return (() => {})[{ [Symbol.toPrimitive]: () => 'constructor' }]('return this')()",
    "return Reflect.get(() => {}, 'constructor')('return this')()",
    "return Reflect.construct((() => {}).constructor, ['return this'])()",
    "return Object.getPrototypeOf(() => {}).constructor('return this')()",
    "return (() => {}).__proto__.constructor('return this')()",
    "return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(() => {}), 'constructor').value('return this')()",
    "return (function* () {}).constructor('yield this')().next().value",
    "return Object.getPrototypeOf(function* () {}).constructor('yield this')().next().value",
    "return await (async () => {}).constructor('return this')()",
    "return (await (async function* () {}).constructor('yield this')().next()).value",
    "class F extends (() => {}).constructor {}; return new F('return this')()",
    "class F extends Function { constructor() { super('return this') } }; return new F()()",
    "return new Function('return this')()", "return Function.prototype.constructor.call(null, 'return this')()",
    "return Function.apply(null, ['return this'])()", "return Function.bind(null, 'return this')()()",
    "return eval('this')", "return (0, eval)('this')", "return globalThis.eval('globalThis')",
    "return (function () { return this })()", "return (function () { return this }).call(null)",
    "return [function () { return this }][0]()", "return (() => globalThis)()",
    "return (function f() { return arguments.callee.caller })()",
    "return (function () { return arguments.callee })()()",
    "return new Proxy({}, { get: (t, k, r) => r }).anything.constructor.constructor('return this')()",
    "return new Proxy(() => {}, { apply: (t, self) => self }).call(globalThis)",
    "let g; ({ get x() { g = this; return 1 } }).x; return g.constructor.constructor('return this')()",
    "let g; `${{ [Symbol.toPrimitive](h) { g = this; return 'x' } }}`; return g.constructor.constructor('return this')()",
    "let g; [1].sort.call({ length: 2, 0: 1, 1: 2, get constructor() { g = globalThis } }); return g ?? globalThis",
    "try { null.x } catch (e) { return e.constructor.constructor('return this')() }",
    "try { $input.nothing.atAll } catch (e) { return e.constructor.constructor('return this')() }",
    "try { $('nobody').first() } catch (e) { return e.constructor.constructor('return this')() }",
    "Error.prepareStackTrace = (e, frames) => frames; const f = new Error('x').stack; return f[0]?.getThis?.() ?? globalThis",
    "Error.stackTraceLimit = 1000; return (new Error('x').stack.match(/\\//) ?? [globalThis])[0] && globalThis",
    "return $input.constructor.constructor('return this')()", "return $input.all.constructor('return this')()",
    "return $json.constructor.constructor('return this')()",
    "return $('Here').constructor.constructor('return this')()",
    "return DateTime.now.constructor('return this')()", "return $jmespath.constructor('return this')()",
    "return console.log.constructor('return this')()", "return this.helpers.constructor.constructor('return this')()",
    "return Buffer.from.constructor('return this')()",
    "return new URL('http://a').constructor.constructor('return this')()",
    "return setTimeout.constructor('return this')()", "return require.constructor('return this')()",
    "return process.constructor.constructor('return this')()",
    "return new Promise(done => Promise.resolve().then(function () { done(this ?? globalThis) }))",
    "return Array.from.call(function () { return globalThis }, [1])",
    "return JSON.parse('{\"a\": 1}', function () { return this }).constructor.constructor('return this')()",
    "return 'a'.replace(/a/, function () { return this === undefined ? 'u' : 'g' }) && globalThis",
    "return Symbol.prototype.constructor.constructor('return this')()",
    "return (1n).constructor.constructor('return this')()", "return /a/.constructor.constructor('return this')()",
    "return await import('node:fs')", "return require('fs')", "return require('child_process')",
    "return process.binding('fs')", "return process.mainModule.require('fs')", "return module.constructor._load('fs')",
    "return globalThis.__jobsprint.constructor('return this')()", "return __jobsprint.caller ?? globalThis",
    "return use('scene').constructor('return this')()",
  ]

  /// What a host puts into a global object, and what leads to one.
  private static let hostNames = [
    "process", "require", "module", "Deno", "Bun", "fetch", "XMLHttpRequest", "WebSocket", "Worker", "importScripts",
    "load", "read", "readFile", "readline", "print", "quit", "run", "system", "exec", "spawn", "java", "Packages",
    "$vm",
    "$262", "$", "gc", "createGlobalObject", "window", "document", "__jobsprintFetch", "__jobsprintRandom",
    "__jobsprintTick",
  ]

  @Test(arguments: walks)
  func aWalkEndsInItsOwnRealm(walk: String) async throws {
    let sandboxes = Self.sandboxes
    let names = JSONValue.array(Self.hostNames.map { .string($0) }).jsonText
    let found = try await run(
      """
      const walk = async function () { \(walk) };
      let global;
      try { global = await walk.call(this) } catch (error) { return { found: [], failed: String(error) } }
      const seen = (at, name) => { try { return typeof at[name] } catch { return 'undefined' } };
      return { found: global == null ? [] : \(names).filter(name => seen(global, name) !== 'undefined') };
      """, in: sandboxes)
    #expect(found.first?["found"] == [], "\(walk)")
    try await expectWhole(sandboxes)
  }

  // MARK: Expressions

  @Test(arguments: [
    "(() => {}).constructor('return this')()", "''.constructor.constructor('return 1')()",
    "$json.constructor.constructor('return 1')()", "$json['constructor']['constructor']('return 1')()",
    "$json['const' + 'ructor']['constructor']('return 1')()", "$json[`constructor`][`constructor`]('return 1')()",
    #"$json['\x63onstructor'].constructor('return 1')()"#, "$json[['constructor']].constructor('return 1')()",
    "$json.__proto__.stolen = 1", "$json['__proto__'].stolen = 1", "Object.prototype.stolen = 1",
    "({}).__defineGetter__('a', () => 1)", "({}).__lookupGetter__('__proto__')", "Object.getPrototypeOf(() => {})",
    "(function () { return arguments.callee.caller })()", "this.constructor.constructor('return 1')()",
    "new Function('return 1')()", "Function('return 1')()", "eval('1')", "(0, eval)('1')", "import('fs')",
    "require('fs')", "process.env", "process.exit()", "globalThis.process", "global.process", "window.location",
    "((a) => { with (a) { return constructor } })($json)", "(class extends Function {})('return 1')()",
    "(async () => {}).constructor('return 1')()", "(function* () {}).constructor('return 1')().next().value",
    "Reflect.get($json, 'constructor')", "Reflect.construct(Function, ['return 1'])()",
    "(({ constructor: c }) => c('return 1'))(() => {})", "(({ ['constructor']: c }) => c)($json)",
    "[].reduce.constructor('return 1')()", "$input.all.constructor('return 1')()",
    "$now.constructor.constructor('return 1')()",
    "Error.prepareStackTrace = (e, s) => s", "new Error().stack", "setTimeout('1')", "debugger",
    "(function () { return this.Function('return 1')() })()", "[0].map(function () { return this.eval('1') })[0]",
    "Array.from({ length: 1 }, function () { return this.Function('return 1')() })[0]",
    "(function () { return `${this.Function('return 1')()}` })()",
    "JSON.parse('[0]', function () { return this.Function('return 1')() })",
    "new (function () { this.found = this.Function('return 1')() })().found",
    "$names", "$names[0]", "__member($json, 'constructor')", "__key('constructor')", "unknown.deep.path",
  ])
  func anExpressionGivesNoFunctionAndNoHost(code: String) async throws {
    let sandboxes = Self.sandboxes
    let expression = ExactString("={{ \(code) }}")
    let resolver = try await sandboxes.resolver(for: Self.scope(), inJavaScript: [expression])
    do throws(NodeError) {
      let value = try resolver.resolve(expression.text, parameter: "value", item: 0)
      // Data or nothing; what the code would have returned behind a constructor is 1.
      #expect(
        value == nil || value?.doubleValue != 1 || !code.contains("return 1"), "\(code) gave \(value?.jsonText ?? "")")
    } catch {
      #expect(!error.message.isEmpty)
    }
    try await expectWhole(sandboxes)
  }

  // MARK: What is spoiled, and what is used up

  @Test(arguments: [
    "Object.prototype.stolen = 1", "Array.prototype.map = () => 'x'", "JSON.stringify = () => '{}'",
    "JSON.parse = () => ({})",
    "Object.prototype.toJSON = () => ({ stolen: 1 })",
    "Object.defineProperty(Object.prototype, 'json', { get: () => 1 })",
    "globalThis.stolen = 1", "Promise.prototype.then = function () { return this }", "Map.prototype.get = () => 1",
    "Array.prototype[Symbol.iterator] = function* () {}", "Function.prototype.call = () => 1",
    "Function.prototype.apply = () => 1", "String.prototype.startsWith = () => true",
    "RegExp.prototype.exec = () => null",
    "Object.keys = () => ['stolen']", "Object.entries = () => []", "Array.isArray = () => false",
    "Date.now = () => 0", "Math.random = () => 0", "Symbol.iterator.constructor.prototype.stolen = 1",
    "DateTime.fromISO = () => null", "delete globalThis.JSON",
    "for (const k of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[k] } catch {} }",
    "Object.freeze(Object.prototype); Object.freeze(Array.prototype)", "globalThis.__jobsprint = () => '{}'",
    "Object.setPrototypeOf(Array.prototype, null)",
    "Reflect.ownKeys = () => []", "Array.from = () => []", "Number.prototype.toString = () => 'x'",
    "String.prototype.normalize = null", "Date.prototype.toISOString = () => 'x'", "Intl.DateTimeFormat = null",
    "Promise.prototype.finally = 1", "globalThis[Symbol.toStringTag] = 'stolen'",
    "new FinalizationRegistry(() => { globalThis.stolen = 1 }).register({}, 1)",
    "globalThis.stolenReference = new WeakRef($input)", "setTimeout(() => { globalThis.stolenLater = 1 }, 0)",
    "queueMicrotask(() => { throw new Error('late') })", "Promise.reject(new Error('nobody listens'))",
    "Object.prototype.then = function (settle) { settle({ stolen: 1 }) }",
    "globalThis.stolenTimer = (function f() { Promise.resolve().then(() => 1) })()",
  ])
  func whatIsSpoiledStaysWithItsExecution(statement: String) async throws {
    let sandboxes = Self.sandboxes
    _ = try? await run("\(statement); return { done: 1 }", in: sandboxes)
    try await expectWhole(sandboxes)
  }

  @Test(arguments: [
    "while (true) {}", "for (;;) await null", "const f = () => Promise.resolve().then(f); await f()",
    "await new Promise(() => {})", "const f = () => queueMicrotask(f); f(); await new Promise(() => {})",
    "/^(a+)+$/.test('a'.repeat(60) + 'b'); while (true) {}", "(function f() { f() })()",
    "const g = function* () { while (true) yield 1 }; for (const x of g()) {}",
    "return [...(function* () { while (true) yield 'xxxxxxxx' })()]",
    "const o = {}; o[Symbol.toPrimitive] = () => `${o}`; return String(o)",
    "return { json: new Proxy({}, { ownKeys: () => Array.from({ length: 1e7 }, (_, i) => 'k' + i), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) }) }",
    "let s = 'x'; while (true) s += s", "const a = []; while (true) a.push(a.slice())",
    "const a = []; while (true) a.push(new Array(1e5).fill(7.5))",
    "const a = []; while (true) a.push(new Uint8Array(1e7).fill(1))",
    "const m = new Map(); for (let i = 0; ; i++) m.set(i, 'x'.repeat(100) + i)",
    "let o = {}; while (true) o = { o, text: 'x'.repeat(100) + Math.random() }",
    "return { text: 'x'.repeat(100_000_000) }", "return Array.from({ length: 1e7 }, (_, i) => ({ json: { i } }))",
    "let deep = {}; for (let i = 0; i < 1e6; i++) deep = { deep }; return { deep }",
    "let text = '['.repeat(1e6); return { parsed: JSON.parse(text) }",
    "new Array(4294967295).fill(0).join(); while (true) {}", "return 'x'.padEnd(2 ** 30)",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)", "let b = 3n; while (true) b = b ** 2n",
    "return { then() {} }", "return new Promise(f => f({ then() { while (true) {} } }))",
    "for await (const x of (async function* () { while (true) yield 1 })()) {}",
    "[3, 2, 1].sort(() => { while (true) {} })", "const s = new Set(); for (let i = 0; ; i++) s.add({ i })",
    "while (true) structuredClone({ a: [1, 2, 3] })", "return 'a'.repeat(2 ** 29).split('')",
    "const all = []; while (true) all.push(new Intl.NumberFormat('de'))",
    "const r = new FinalizationRegistry(() => {}); while (true) r.register({}, new Array(1000))",
    "setInterval(() => {}, 1); await new Promise(() => {})",
    "const again = () => { setImmediate(again); setImmediate(again) }; again(); await new Promise(() => {})",
    "setTimeout(() => { while (true) {} }, 1); await new Promise(() => {})",
    "const all = []; Promise.prototype.then = () => { while (true) {} }; await { then() { while (true) {} } }",
    "const all = []; while (true) all.push(new WebAssembly.Memory({ initial: 1000 }))",
    "const all = []; while (true) all.push(new Function('return ' + 'x'.repeat(1e5)))",
    "throw { get message() { while (true) {} } }", "throw new Proxy({}, { get() { throw 1 } })",
  ])
  func whatTakesAllThereIsEnds(source: String) async throws {
    let sandboxes = Self.impatient
    await #expect(throws: NodeError.self) { try await run(source, in: sandboxes) }
    try await expectWhole(sandboxes)
  }

  @Test(arguments: [
    "return 5", "return 'x'", "return Symbol()", "return () => {}", "return [1]", "return [null]", "return [[{}]]",
    "return { json: 5 }", "return [{ json: [] }]", "return [{ json: {}, odd: 1 }]", "return null", "",
    "return { get json() { throw new Error('x') } }", "throw null", "throw undefined", "throw 5", "throw Symbol()", "}",
    "{", "return (",
    "let let = 1", "return import.meta", "await", "yield 1", "return `", "\u{0}", "//", "/*",
    "'use strict'; with ({}) {}",
  ])
  func whatIsNoListOfItemsIsAnError(source: String) async throws {
    let sandboxes = Self.sandboxes
    let error = await #expect(throws: NodeError.self, "\(source)") { try await run(source, in: sandboxes) }
    #expect(error?.message.isEmpty == false)
    try await expectWhole(sandboxes)
  }

  @Test(arguments: [
    ("return { a: 1n }", "\"1\""), ("return { a: undefined, b: 2 }", nil), ("return { a: () => 1, b: 2 }", nil),
    ("return { a: NaN }", "null"), ("const a = {}; a.a = a; return { a }", nil),
    ("return { a: new Date(0) }", "\"1970-01-01T00:00:00.000Z\""),
    ("return { a: { toJSON: () => 'x' } }", "\"x\""), ("return { a: new Map([[1, 2]]) }", "{}"),
    ("return { a: /x/ }", "{}"), ("return { a: '\\ud800\\\\ud800🙂' }", #""�\\ud800🙂""#),
  ])
  func whatIsNoJSONBecomesSome(source: String, expected: String?) async throws {
    let sandboxes = Self.sandboxes
    let found = try await run(source, in: sandboxes)
    #expect(found.count == 1)
    if let expected { #expect(found.first?["a"]?.jsonText == expected) }
    try await expectWhole(sandboxes)
  }

  /// Names with a meaning elsewhere, given to everything that takes one.
  @Test(arguments: [
    "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__defineGetter__", "then", "toJSON", "",
    "0",
    "-1", "length", "json", "\u{0}", "\u{FEFF}", "🙂", "a.b", "a[0]", "'", "\"", "`", "}}", "${1}", "../../etc/passwd",
  ])
  func hostileNamesAreNames(name: String) async throws {
    let sandboxes = Self.sandboxes
    let text = JSONValue.string(name).jsonText
    let calls = [
      "$('NAME').first()", "$('NAME').all()", "$('NAME').item", "$node['NAME'].json", "$items('NAME')",
      "$input.first('NAME')", "$getWorkflowStaticData('NAME')", "$jmespath({ a: 1 }, 'NAME')", "require('NAME')",
      "this.helpers['NAME']()", "$evaluateExpression('{{ NAME }}')", "DateTime.fromFormat('2026', 'NAME')",
      "DateTime.now().setZone('NAME').toISO()", "$getNodeParameter('NAME')", "console['NAME']('x')",
      "$execution.customData.set('NAME', 'NAME')", "Buffer.from('NAME', 'NAME')",
    ].map { $0.replacing("'NAME'", with: text).replacing("'{{ NAME }}'", with: text) }
    let source = calls.map { "try { seen.push(typeof (\($0))) } catch (e) { seen.push('error') }" }.joined(
      separator: "\n")
    let found = try await run("const seen = [];\n\(source)\nreturn { seen, kept: { [\(text)]: 1 } }", in: sandboxes)
    #expect(found.first?["seen"]?.arrayValue?.count == calls.count)
    try await expectWhole(sandboxes)
  }

  @Test func anExpressionOfAMegabyteIsEvaluatedOrRefused() async throws {
    let sandboxes = Self.sandboxes
    for text in [
      "={{ \(String(repeating: "1 + ", count: 250_000))1 }}",
      "={{ '\(String(repeating: "x", count: 1 << 20))'.length }}", "={{ \(String(repeating: "(", count: 1 << 20)) }}",
    ] {
      let resolver = try? await sandboxes.resolver(for: Self.scope(), inJavaScript: [ExactString(text)])
      _ = try? resolver?.resolve(text, parameter: "value", item: 0)
      try await expectWhole(sandboxes)
    }
  }
}
