import PCRE2
import Testing

/// Patterns that would run for minutes or for ever end as an error.
@Suite struct BudgetTests {
  private static let spaces = String(repeating: " ", count: 100_000) + "x"
  private static let letters = String(repeating: "a", count: 100_000)

  private static let blocks = String(repeating: String(repeating: "a", count: 50) + "b", count: 3000) + "c"
  private static let alternatives = String(repeating: "(a|aa)", count: 30) + "c"

  /// Named by its pattern: the texts are long.
  struct Case: Sendable, CustomTestStringConvertible {
    let source: String
    let text: String
    var testDescription: String { source }

    init(_ source: String, _ text: String) {
      self.source = source
      self.text = text
    }
  }

  private static let exploding = [
    Case("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), Case("(a|aa)+$", blocks),
    Case(alternatives, blocks),
    Case("(a|aa)+c", blocks), Case(#"\s+$"#, spaces), Case(#"^.*?\s+$"#, spaces), Case(".*.*.*xq", letters + "xbq"),
    Case(#"(a*)\1+xq"#, letters + "xbq"), Case(#"^(.*).*?\1xq"#, letters + "xbq"),
    Case("(?:(?!.*q).)*xp", letters + "xwp"),
    Case("((a*)*)*bc", letters + "bdc"),
  ]

  @Test(arguments: exploding)
  func whatExplodesIsAnError(example: Case) throws {
    let pattern = try Pattern(example.source)
    let clock = ContinuousClock()
    let begin = clock.now
    #expect(throws: PatternError.tooManySteps) { try pattern.matches(example.text) }
    // The budget is 50 ms of processor time; a busy machine gives it late.
    #expect(clock.now - begin < .seconds(5))
  }

  private static let long = [
    Case("^(?:a|b)*$", String(repeating: "ab", count: 50_000)), Case("a(?:(?!end).)*end", "aaaaaaaaaaaaaaaaaaaaend"),
    Case("<div[^>]*>.*?</div>", String(repeating: "<p>", count: 30_000) + "<div class='x'>hello</div>"),
    Case(#"^\s*(\w+\s*)+$"#, String(repeating: "word ", count: 1000)), Case("x$", letters + "x"),
  ]

  @Test(arguments: long)
  func whatIsOnlyLongIsMatched(example: Case) throws {
    #expect(try Pattern(example.source).matches(example.text))
  }

  @Test func oneBudgetCountsForAllMatchesOfAReplacement() throws {
    let text = String(repeating: String(repeating: " ", count: 2000) + "x", count: 100)
    #expect(throws: PatternError.tooManySteps) { try Pattern(#"\s+$|y"#).replacing(in: text, with: "") }
  }

  @Test func longPatternsAreRefused() {
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "a", count: 20_000)) }
    #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 10_000)) }
    #expect(throws: PatternError.self) { try Pattern("(((a{1,100}){1,100}){1,100}){1,100}") }
  }
}
