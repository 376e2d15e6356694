import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// What code finds around it, what it may return, and what it can't spoil.
@Suite struct CodeNodeTests {
  private static let sandbox = SandboxEvaluator(
    SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path))

  private func run(
    _ source: String, _ kind: NodeCode.Kind = .all, items: [JSONObject] = [["n": 1], ["n": 2]],
    execution: ExecutionID = ExecutionID(UUIDv7(high: 0x7000, low: .random(in: 1...UInt64.max) | 1 << 63)),
    console: NodeConsole = NodeConsole()
  ) async throws -> [Item] {
    var scene = Scene(json: [:])
    scene.items = items.map { Item(json: $0) }
    scene.execution = execution
    return try await Self.sandbox.run(
      NodeCode(kind: kind, source: source, continuesOnFail: false), in: scene.scope, console: console)
  }

  // MARK: What it returns

  static let returned: [(NodeCode.Kind, String, [JSONObject])] = [
    (.all, "return { a: 1 }", [["a": 1]]), (.all, "return [{ a: 1 }, { a: 2 }]", [["a": 1], ["a": 2]]),
    (.all, "return { json: { a: 1 } }", [["a": 1]]), (.all, "return []", []),
    (.all, "return items", [["n": 1], ["n": 2]]), (.all, "return $input.all()", [["n": 1], ["n": 2]]),
    (
      .all, "for (const item of $input.all()) item.json.m = item.json.n * 2; return $input.all()",
      [["n": 1, "m": 2], ["n": 2, "m": 4]]
    ),
    (.all, "return new Promise(done => done([{ a: 1 }]))", [["a": 1]]),
    (.each, "return { double: $json.n * 2 }", [["double": 2], ["double": 4]]),
    (.each, "return { json: { n: $input.item.json.n + item.json.n } }", [["n": 2], ["n": 4]]),
    (.each, "$input.item.json.place = $itemIndex; return $input.item", [["n": 1, "place": 0], ["n": 2, "place": 1]]),
    (.each, "const names = $jmespath($json, 'keys(@)'); return { names }", [["names": ["n"]], ["names": ["n"]]]),
    (.function, "items[0].json.x = 1; return items", [["n": 1, "x": 1], ["n": 2]]),
    (.functionItem, "item.x = 1; return item", [["n": 1, "x": 1], ["n": 2, "x": 1]]),
  ]

  @Test(arguments: returned)
  func whatIsReturnedBecomesItems(kind: NodeCode.Kind, source: String, expected: [JSONObject]) async throws {
    #expect(try await run(source, kind).map(\.json) == expected, "\(source)")
  }

  static let refused: [(NodeCode.Kind, String, String)] = [
    (.all, "return null", "Code doesn't return items properly"),
    (.all, "return 5", "Code doesn't return items properly"),
    (.all, "let x = 1", "Code doesn't return items properly"),
    (.all, "return [[{ a: 1 }]]", "Code doesn't return items"),
    (.all, "return [{ json: [] }]", "A 'json' property isn't an object"),
    (.all, "return [{ json: {}, binary: 1 }]", "A 'binary' property isn't an object"),
    (.each, "return null", "Code doesn't return an object"),
    (.each, "return [{}]", "Code doesn't return a single object"),
    (.all, "import fs from 'fs'; return []", "'import' and 'export' may only appear at the top level"),
    (.all, "const x = require('express'); return []", "Cannot find module 'express'"),
    (.all, "this.getCredentials(); return []", "this.getCredentials is not a function"),
    (.all, "$getCredentials(); return []", "$getCredentials is not defined"),
    (.all, "await new Promise(() => {})", "nothing is left that could settle it"),
    (.all, "await new Promise(done => setTimeout(done, 3_600_000))", "The code waits for more than 10 s"),
  ]

  @Test(arguments: refused)
  func whatIsWrongIsSaid(kind: NodeCode.Kind, source: String, message: String) async throws {
    let error = await #expect(throws: NodeError.self) { try await run(source, kind) }
    #expect(error?.message.hasPrefix(message) == true, "\(source): \(error?.message ?? "")")
  }

  @Test func linksAndFilesAreKept() async throws {
    let made = try await run(
      """
      const binary = { f: { data: 'QQ==', mimeType: 'text/plain' } };
      return [{ json: { a: 1 }, pairedItem: 1 }, { json: {}, pairedItem: { item: 0 }, binary }]
      """
    )
    #expect(made.map { $0.pairedItem?.asJSON } == [["item": 1], ["item": 0]])
    #expect(made[1].binary?["f"]?["mimeType"] == "text/plain")
  }

  // MARK: What is there

  static let given: [(String, JSONValue)] = [
    (
      """
      for (const name of Object.getOwnPropertyNames(DateTime.prototype)) try { DateTime.prototype[name] } catch {}
      return { day: DateTime.local(2026, 1, 2).day }
      """, ["day": 2]
    ),
    ("await new Promise(done => setTimeout(done, 20)); return { a: 1 }", ["a": 1]),
    (
      """
      const order = [];
      const wait = (ms, name) => new Promise(done => setTimeout(name => { order.push(name); done() }, ms, name));
      await Promise.all([wait(30, 'c'), wait(1, 'a'), wait(10, 'b')]); return { order }
      """,
      ["order": ["a", "b", "c"]]
    ),
    (
      """
      let n = 0, timer;
      await new Promise(done => { timer = setInterval(() => { if (++n === 3) done() }, 1) });
      clearInterval(timer); return { n }
      """,
      ["n": 3]
    ),
    (
      "clearTimeout(setTimeout(() => { throw new Error('never') }, 1)); await new Promise(setImmediate); return { a: 1 }",
      ["a": 1]
    ),
    (
      "const since = Date.now(); await new Promise(done => setTimeout(done, 50)); return { waited: Date.now() - since >= 50 }",
      ["waited": true]
    ),
    (
      "const { createHash } = require('crypto'); return { a: createHash('sha256').update('jo').update('bs').digest('hex') }",
      ["a": "5d9a17cb70b9733aadc073a44c21889d33325874c51f9c0c461de3e61a2425eb"]
    ),
    (
      "return { a: require('node:crypto').createHmac('sha256', 'key').update('jobs').digest('hex') }",
      ["a": "42986a16161f0b7760336d15b4a947aab61154a79bf28941d2949b5ddc78447d"]
    ),
    (
      "return { a: require('crypto').createHmac('sha1', 'k'.repeat(100)).update('jobs').digest('hex') }",
      ["a": "132c10ec6536a199b6aec474d140f58a2d63152b"]
    ),
    (
      "return { a: require('crypto').createHash('md5').update(Buffer.from('jobs')).digest('base64') }",
      ["a": "J6Bqnj1ef2frYEo5U2IIyQ=="]
    ),
    (
      """
      const { randomUUID, randomBytes, randomInt } = require('crypto');
      const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
      const inRange = [...new Array(50)].every(() => randomInt(2, 5) >= 2 && randomInt(3) < 3);
      return { a: form.test(randomUUID()), b: randomBytes(12).length, c: inRange, d: randomUUID() !== randomUUID() }
      """,
      ["a": true, "b": 12, "c": true, "d": true]
    ),
    (
      """
      const { parse, stringify } = require('querystring');
      return { a: parse('a=1&b=x%20y&a=2'), b: stringify({ c: 'd e', f: [1, 2] }) }
      """,
      ["a": ["a": ["1", "2"], "b": "x y"], "b": "c=d%20e&f=1&f=2"]
    ),
    (
      "return { a: require('util').format('%s is %d', 'a', 2), b: require('luxon').DateTime.fromISO('2026-01-02').year }",
      ["a": "a is 2", "b": 2026]
    ),
    (
      "return { a: $input.first().json.n, b: $input.last().json.n, c: $('Here').isExecuted, d: $itemIndex, e: $runIndex }",
      ["a": 1, "b": 2, "c": false, "d": 0, "e": 0]
    ),
    ("const s = structuredClone({ a: [1, { b: 2 }] }); s.a[1].b = 3; return s", ["a": [1, ["b": 3]]]),
    (
      "return { a: DateTime.fromJSDate(new Date(0)).toUTC().toISO(), b: $now instanceof DateTime }",
      ["a": "1970-01-01T00:00:00.000Z", "b": true]
    ),
    (
      "outer: for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) if (i * j === 2) break outer; let $json = 1; return { $json }",
      ["$json": 1]
    ),
  ]

  @Test(arguments: given)
  func codeFinds(source: String, expected: JSONValue) async throws {
    #expect(try await run(source).map { JSONValue.object($0.json) } == [expected], "\(source)")
  }

  @Test func theConsoleShowsWhatJSONLeavesOut() async throws {
    let console = NodeConsole()
    _ = try await run(
      """
      const circle = { a: 1 }; circle.self = circle;
      console.log('%s has %d of %j', 'Ida', 2, { a: 1 }, 'and more');
      console.log(new Map([['a', 1]]), new Set([1, 'b']), /x/g, undefined, null, NaN, -0, 10n, Symbol('s'));
      console.log({ u: undefined, f() {}, d: new Date(0), n: [NaN, () => 1] }, circle);
      console.group('in'); console.log('side'); console.groupEnd(); console.log(); console.log('100%', 5);
      setTimeout(() => { throw new Error('late') }, 0); await new Promise(done => setTimeout(done, 5));
      return []
      """, console: console)
    #expect(
      console.lines.map(\.text) == [
        #"Ida has 2 of {"a":1} and more"#,
        #"Map(1) {"a" => 1} Set(2) {1,"b"} /x/g undefined null NaN -0 10n Symbol(s)"#,
        #"{"u":undefined,"f":[Function: f],"d":"1970-01-01T00:00:00.000Z","n":[NaN,[Function: (anonymous)]]} {"a":1,"self":[Circular]}"#,
        "in", "  side", "", "100% 5", "Uncaught Error: late",
      ])
  }

  // MARK: What it can't spoil

  /// What code replaces is its own matter while it runs; what it gave is written by JavaScript's own functions.
  @Test(arguments: [
    "JSON.stringify = () => '{}'", "JSON.parse = () => ({})", "Array.prototype.map = () => []",
    "Array.prototype.push = () => 0", "Array.prototype.filter = () => []", "Object.keys = () => []",
    "Object.entries = () => []", "Object.hasOwn = () => false", "Array.isArray = () => false", "globalThis.JSON = {}",
    "delete globalThis.Object", "Array.prototype[Symbol.iterator] = function* () {}",
    "Promise.prototype.then = function () { return this }", "globalThis.Promise = undefined",
    "Function.prototype.call = () => 1", "Function.prototype.apply = () => 1", "String.prototype.replace = () => 'x'",
    "String.prototype.includes = () => true", "RegExp.prototype.exec = () => null", "Map.prototype.get = () => 1",
    "Object.prototype.toJSON = () => ({ stolen: 1 })", "Array.prototype.toJSON = () => 'x'",
    "String.prototype.toJSON = () => 'x'", "Object.prototype.json = 1", "Object.setPrototypeOf(Array.prototype, null)",
    "Date.prototype.toJSON = () => 'x'", "Object.prototype.toString = () => '[object Date]'",
    "Reflect.ownKeys = () => []",
    "Object.defineProperty(Array.prototype, 'map', { get: () => () => [] })", "Symbol.prototype.toString = null",
    "Object.freeze(Array.prototype); Object.freeze(Object.prototype)",
    "Object.getPrototypeOf([].values()).next = () => ({ done: true })",
    "Promise.resolve().then(() => { JSON.stringify = () => '{}' })", "Math.max = () => 0; Math.floor = () => 0",
  ])
  func whatCodeReplacesSpoilsNothingThatItGives(statement: String) async throws {
    let execution = ExecutionID.numbered(Int.random(in: 1000...1_000_000))
    let source = """
      const given = [{ json: { list: [1, { a: 'x' }], at: new Date(0), text: 'é "q"' } }, { json: { n: 2 } }];
      \(statement);
      return given
      """
    let expected: [JSONObject] = [
      ["list": [1, ["a": "x"]], "at": "1970-01-01T00:00:00.000Z", "text": #"é "q""#], ["n": 2],
    ]
    #expect(try await run(source, execution: execution).map(\.json) == expected, "\(statement)")
    // The same for each item, and the execution's next node finds everything whole.
    let each = "const n = $json.n; \(statement); return { n }"
    #expect(try await run(each, .each, execution: execution).map(\.json) == [["n": 1], ["n": 2]], "\(statement)")
    let next = "return { text: JSON.stringify([1, 2].map(n => ({ n }))), keys: Object.keys({ a: 1 }) }"
    #expect(
      try await run(next, execution: execution).map(\.json) == [["text": #"[{"n":1},{"n":2}]"#, "keys": ["a"]]],
      "\(statement)")
  }

  @Test(arguments: [
    (
      "Object.defineProperty(JSON, 'stringify', { value: () => '{}', writable: false, configurable: false })",
      "JSON.stringify"
    ),
    ("Array.prototype.map = () => []; Object.freeze(Array.prototype)", "Array.prototype.map"),
  ])
  func whatIsReplacedForGoodIsSaid(statement: String, name: String) async throws {
    let error = await #expect(throws: NodeError.self) { try await run("\(statement); return [{ a: 1 }]") }
    #expect(error?.message == "The code has replaced \(name) for good")
  }
}
