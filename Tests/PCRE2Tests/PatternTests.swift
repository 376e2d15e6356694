import PCRE2
import Testing

/// What JavaScript makes of the same patterns.
@Suite struct PatternTests {
  private func pattern(_ source: String, _ flags: String = "") throws -> Pattern {
    try Pattern(source, flags: #require(Pattern.Flags(letters: flags)))
  }

  @Test(arguments: [
    ("a", "", "xay"), ("A", "i", "xay"), ("É", "i", "é"), ("^b", "m", "a\nb"), ("^b", "m", "a\rb"), ("a$", "", "a"),
    ("a.b", "s", "a\nb"), ("[^]", "", "\n"), (#"\s"#, "", "\u{A0}"), (#"[\s]"#, "", "\u{FEFF}"), (#"\S"#, "", "a"),
    (#"\u0041"#, "", "A"), (#"\x41"#, "", "A"), (#"\u{1F600}"#, "u", "😀"), (#"\ud83d\ude00"#, "", "😀"),
    (#"\p{Lu}"#, "u", "É"), (#"\p{Letter}"#, "u", "ä"), (#"\p{Script=Greek}"#, "u", "λ"), (#"\/"#, "", "/"),
    (#"(a)|b\1"#, "", "b"), (#"(?<x>a)\k<x>"#, "", "aa"), (#"(?<=a)b"#, "", "ab"), (#"a{2,3}?$"#, "", "aaa"),
    (#"{"#, "", "{"), (#"a{,2}"#, "", "a{,2}"), (#"\cJ"#, "", "\n"), (#"\0"#, "", "\0"), (#"[\b]"#, "", "\u{8}"),
    (#"\v"#, "", "\u{B}"), (#"\A"#, "", "A"), (#"\Q"#, "", "Q"), ("[[:alpha:]]", "", ":]"), ("", "", ""),
    (#"[\w.-]+@[\w-]+\.[a-z]{2,}"#, "", "mail ada@example.com"), (".", "", "\u{0}"), ("é", "", "e\u{301}é"),
  ])
  func matches(source: String, flags: String, text: String) throws {
    #expect(try pattern(source, flags).matches(text))
  }

  @Test(arguments: [
    ("A", "", "a"), ("a$", "", "a\n"), ("^b", "", "a\nb"), ("a.b", "", "a\nb"), ("a.b", "", "a\rb"), ("[]", "", "a"),
    (#"\d"#, "", "٣"), (#"\w"#, "", "é"), (#"\bé"#, "", " é"), ("b", "y", "ab"), (#"\p{Lu}"#, "", "A"),
    (#"\v"#, "", "\n"), ("e", "", "\u{E9}"), (#"\S"#, "", "\u{FEFF}"),
  ])
  func doesNotMatch(source: String, flags: String, text: String) throws {
    #expect(try !pattern(source, flags).matches(text))
  }

  @Test(arguments: [
    "(", ")", "[", "[a", "a**", "a++", "a{2}+", "*", "(?", "(?R)", "(?1)", "(?C1)", "(?#x)", "(?i)a", "(?>a)",
    "(*ANY)a", "(*LIMIT_MATCH=9)a", #"\"#, #"\k<no>"#, "(?<a>.)(?<a>.)", #"\ud83d"#, "[z-a]", "(?<n", "(?P<n>a)",
    "a{2}{3}+",
  ])
  func isNoPattern(source: String) {
    #expect(throws: PatternError.self) { try Pattern(source) }
  }

  @Test(arguments: [#"\A"#, #"\u{110000}"#, #"\p{Nothing}"#, #"\pL"#, #"\p"#, #"\u{}"#, #"\u{d800}"#])
  func isNoPatternWithTheFlagU(source: String) {
    #expect(throws: PatternError.self) { try Pattern(source, flags: .unicode) }
  }

  @Test func flagsAreJavaScripts() {
    #expect(Pattern.Flags(letters: "gimsuy") == [.ignoresCase, .multiline, .dotAll, .unicode, .sticky])
    #expect(Pattern.Flags(letters: "x") == nil)
    #expect(Pattern.Flags(letters: "ii") == nil)
  }

  @Test func aMatchTellsItsGroups() throws {
    let found = try #require(try pattern(#"(?<year>\d{4})-(\d\d)?(x)?"#).firstMatch(in: "ä 2026-11"))
    #expect(found.groups == [3..<10, 3..<7, 8..<10, nil])
    #expect(found.range == 3..<10)
    let compiled = try pattern("(?<year>a)(b)(?<month>c)")
    #expect(compiled.groupNames == ["year": 1, "month": 3])
    #expect(compiled.groupCount == 3)
    #expect(try compiled.firstMatch(in: "ab") == nil)
    #expect(try pattern("a").firstMatch(in: "aba", from: 1)?.range == 2..<3)
    #expect(try pattern("a").firstMatch(in: "a", from: 99) == nil)
  }

  @Test(arguments: [
    ("a", "-", "banana", "b-n-n-"),
    ("(a)(n)", "$2$1$3", "banana", "bna$3na$3a"), ("", "-", "äb", "-ä-b-"),
    ("n", "[$&$$]", "banana", "ba[n$]a[n$]a"), ("n", "$`|$'", "anb", "aa|bb"),
    ("(?<x>n)", "<$<x>$<y>>", "ana", "a<n>a"),
    ("n", "$<x>", "ana", "a$<x>a"), ("n", "$1$0$", "ana", "a$1$0$a"), ("x*", "-", "", "-"), ("a*", "-", "baa", "-b--"),
    ("(a)(b)?", "[$2]", "a", "[]"), ("(.)", "$10", "x", "x0"), ("(.)", "$01", "x", "x"),
  ])
  func replaces(source: String, template: String, text: String, result: String) throws {
    #expect(try pattern(source).replacing(in: text, with: template) == result)
  }

  @Test func aLongReplacementIsRefused() throws {
    let text = String(repeating: "a", count: 100_000)
    #expect(throws: PatternError.resultTooLong) { try pattern("a").replacing(in: text, with: "$`") }
  }

  @Test func theCacheIsBounded() throws {
    let cache = PatternCache(mostPatterns: 10, mostBytes: 100_000)
    for number in 0..<100 { _ = try cache.pattern("a{\(number)}") }
    #expect(cache.count <= 10)
    #expect(try cache.pattern("x") === cache.pattern("x"))
    #expect(try cache.pattern("x") !== cache.pattern("x", flags: .ignoresCase))
    #expect(try cache.pattern("\u{E9}") !== cache.pattern("e\u{301}"))
    for number in 0..<20 { _ = try cache.pattern("(?:(?:ab|cd){90}x{\(number)}){20}") }
    #expect(cache.count < 10)
  }

  @Test func manyThreadsMayShareAPattern() async throws {
    let shared = try pattern(#"^(\w+)\s(\d+)$"#)
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask { (0..<500).allSatisfy { (try? shared.matches("task\(task) \($0)")) == true } }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
