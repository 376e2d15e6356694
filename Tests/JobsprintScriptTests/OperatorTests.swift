import JobsprintDomain
import Testing

@testable import JobsprintScript

/// What the operators give, one expression and its value each; nil is undefined. Values are those of ECMA-262.
@Suite struct OperatorTests {
  private let scene = Scene(json: [
    "n": 7, "s": "text", "zero": 0, "empty": "", "no": nil, "yes": true, "list": [1, 2, 3],
    "big": 9_007_199_254_740_993,
    "o": ["a": ["b": "deep"]], "half": 0.5, "huge": .integer(.max), "emoji": "a😀", "lists": [[1, [2, nil]], "x"],
  ])

  private func check(_ cases: [(String, JSONValue?)]) async throws {
    for (expression, expected) in cases {
      #expect(try await scene.evaluate("={{ \(expression) }}") == expected, "\(expression)")
    }
  }

  @Test func literals() async throws {
    try await check([
      ("1", 1), ("1.5", 1.5), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-2", 0.01), ("0xff", 255), ("0b101", 5),
      ("0o17", 15),
      ("'a'", "a"), ("\"a\"", "a"), ("'it\\'s'", "it's"),
      ("'\\n\\t\\x41\\u0042\\u{43}\\u{1F600}\\ud83d\\ude00'", "\n\tABC😀😀"),
      ("'a\\\nb'", "ab"), ("`a${1 + 1}b${'x'}`", "a2bx"), ("`${`in${1}`}`", "in1"), ("`a\r\nb`", "a\nb"), ("``", ""),
      ("true", true), ("false", false), ("null", .null), ("undefined", nil), ("NaN", .null), ("Infinity", .null),
      ("[]", []), ("[1, 'a', [2],]", [1, "a", [2]]), ("[undefined, NaN]", [nil, nil]), ("{}", [:]),
      ("{a: 1, 'b c': 2, 3: 4, ['d' + 1]: 5, u: undefined}", ["a": 1, "b c": 2, "3": 4, "d1": 5]),
      ("{a: 1, a: 2}", ["a": 2]), ("{ if: 1 }.if", 1), ("/* c */ 1 // end", 1), ("1;", 1), ("", nil),
      ("unknownName", nil),
    ])
  }

  @Test func arithmetic() async throws {
    try await check([
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("10 - 2 - 3", 5), ("2 ** 3 ** 2", 512), ("2 ** -1", 0.5), ("7 % 4", 3),
      ("-7 % 4", -3),
      ("5.5 % 2", 1.5), ("1 / 4", 0.25), ("1 / 0", .null), ("0 / 0", .null), ("0.1 + 0.2", 0.30000000000000004),
      ("-'3'", -3),
      ("+'0x10'", 16), ("+''", 0), ("+' 12 '", 12), ("+'1_0'", .null), ("+'5.'", 5), ("+'.'", .null), ("+'nan'", .null),
      ("+'inf'", .null), ("+'1e1000' > 1", true), ("+'-Infinity' < 0", true), ("+null", 0), ("+undefined", .null),
      ("+true", 1),
      ("+[]", 0), ("+[5]", 5), ("+[1, 2]", .null), ("+{}", .null), ("- -3", 3), ("!!'a'", true), ("1 + '2'", "12"),
      ("'3' - 1", 2),
      ("'3' * '4'", 12), ("null + 1", 1), ("undefined + 1", .null), ("true + true", 2), ("[] + []", ""),
      ("[] + {}", "[object Object]"),
      ("[1, [2, null, undefined]] + ''", "1,2,,"), ("1 + 2 + 'a' + 1 + 2", "3a12"), ("$json.n + 1", 8),
      ("$json.s + $json.n", "text7"),
      ("'' + 1e21", "1e+21"), ("'' + 1e-7", "1e-7"), ("'' + 0.000001", "0.000001"), ("'' + -0", "0"),
      ("1 / -0 < 0", true),
      ("'' + NaN", "NaN"), ("'' + -Infinity", "-Infinity"), ("(1) ** Infinity", .null), ("NaN ** 0", 1),
      ("$json.lists + ''", "1,2,,x"),
      ("6 / 2 * 3", 9), ("2 + 3 - 4 + 5", 6),
    ])
  }

  @Test func equality() async throws {
    try await check([
      ("1 == 1.0", true), ("1 == '1'", true), ("1 === '1'", false), ("'a' === 'a'", true), ("null == undefined", true),
      ("null === undefined", false), ("null == 0", false), ("undefined == ''", false), ("NaN == NaN", false),
      ("NaN !== NaN", true),
      ("true == 1", true), ("true == '1'", true), ("false == ''", true), ("'' == 0", true), ("'0' == false", true),
      ("'a' == 'A'", false),
      ("[] == ''", true), ("[1] == 1", true), ("[1, 2] == '1,2'", true), ("{} == '[object Object]'", true),
      ("[] == []", false),
      ("({}) === ({})", false), ("[] == false", true), ("$json.n == 7", true), ("$json.n != 7", false),
      ("$json.n !== 7", false),
      ("$json.list == '1,2,3'", true), ("$json.o === $json.list", false), ("0 === -0", true),
      ("'\u{E9}' === 'e\u{301}'", false),
      ("$json.big === $json.big", true), ("1 == 2 == false", true), ("'x' != 1", true),
    ])
  }

  @Test func order() async throws {
    try await check([
      ("1 < 2", true), ("2 <= 2", true), ("'10' < '9'", true), ("'10' < 9", false), ("'a' < 'b'", true),
      ("'a' < 'B'", false), ("'a' >= 'a'", true),
      ("undefined < 1", false), ("undefined >= 1", false), ("null >= 0", true), ("null > 0", false),
      ("NaN <= NaN", false), ("'x' > 1", false),
      ("true > false", true), ("[2] > 1", true), ("3 > 2 > 1", false), ("'\u{FF5E}' > '😀'", true), ("{} >= {}", true),
    ])
  }

  @Test func logic() async throws {
    try await check([
      ("1 && 'a'", "a"), ("0 && 'a'", 0), ("'' || 'b'", "b"), ("null ?? 'c'", "c"), ("0 ?? 'c'", 0),
      ("undefined ?? null ?? 1", 1),
      ("1 || x.y.z", 1), ("0 && x.y.z", 0), ("1 ?? x.y.z", 1), ("true ? 1 : x.y", 1), ("false ? 1 : true ? 2 : 3", 2),
      ("!0", true), ("!'a'", false),
      ("![]", false), ("!NaN", true), ("1 && 2 || 3", 2), ("0 || 0 && 1", 0), ("(null || undefined) ?? 'z'", "z"),
      ("typeof 1", "number"),
      ("typeof 'a'", "string"), ("typeof null", "object"), ("typeof undefined", "undefined"),
      ("typeof nothing", "undefined"), ("typeof true", "boolean"),
      ("typeof []", "object"), ("typeof $json", "object"), ("typeof $now", "object"), ("typeof -1 + 1", "number1"),
      ("!typeof 1", false),
      ("a?.5:1", 1), ("1 ?.5:2", 0.5),
    ])
  }

  @Test func membersAndPaths() async throws {
    try await check([
      ("$json.o.a.b", "deep"), ("$json['o'][\"a\"].b", "deep"), ("$json.o?.a?.b", "deep"), ("$json.none", nil),
      ("$json.none?.a.b.c", nil),
      ("$json.none.a", nil), ("$json.none.a ?? 'x'", nil), ("($json.none?.a).b", nil), ("$json.none?.a ?? 'x'", "x"),
      ("$json.no?.a", nil), ("$json.no.a", nil),
      ("$json.list[0]", 1), ("$json.list['1']", 2), ("$json.list[3]", nil), ("$json.list[-1]", nil),
      ("$json.list[0.5]", nil), ("$json.list.length", 3),
      ("$json.list[$json.list.length - 1]", 3), ("$json.s.length", 4), ("$json.s[1]", "e"), ("$json.s[9]", nil),
      ("$json.emoji.length", 3), ("$json.n.x", nil),
      ("$json.yes.x", nil), ("$json?.['o']?.a", ["b": "deep"]), ("$json['o' + ''].a.b", "deep"),
      ("[[1, 2], [3]][0][1]", 2), ("{a: {b: 2}}.a.b", 2), ("'abc'.length", 3),
      ("$json.o.length", nil), ("$json.list.nope", nil), ("$json", scene.items[0].asJSON["json"]),
      ("$json.big", 9_007_199_254_740_993),
      ("[undefined][0] === undefined", true), ("$json.list['01']", nil), ("$json.o[undefined]", nil),
      ("$json[`s`]", "text"), ("$json.s[$json.huge]", nil), ("$json.list[$json.huge]", nil),
    ])
  }

  @Test func namesOfPrototypesAreOrdinaryKeys() async throws {
    try await check([
      ("$json.__proto__", nil), ("$json.constructor", nil), ("$json['__proto__']", nil),
      ("$json.constructor.constructor", nil), ("$json.s.constructor", nil),
      ("[].__proto__", nil), ("globalThis", [:]), ("Function", [:]), ("eval.constructor", nil),
    ])
    let hostile = Scene(json: ["__proto__": 1, "constructor": ["prototype": 2], "toString": 3])
    #expect(try await hostile.evaluate("={{ $json.__proto__ + $json.constructor.prototype + $json.toString }}") == 6)
    #expect(try await hostile.evaluate("=a{{ $json }}") == "a")
    let refused = try #require(try await scene.failure("={{ $json.__lookupGetter__ }}"))
    #expect(refused.message == "Cannot access \"__lookupGetter__\" due to security concerns")
  }
}
