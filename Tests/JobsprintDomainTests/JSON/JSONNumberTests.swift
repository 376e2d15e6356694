import JobsprintDomain
import JobsprintTesting
import Testing

@Suite struct JSONNumberTests {
  private enum Kind { case integer, double, other }

  private func kind(_ value: JSONValue) -> Kind {
    switch value {
    case .integer: .integer
    case .double: .double
    default: .other
    }
  }

  @Test(arguments: [
    "0", "1", "-1", "9", "10", "99", "9007199254740993", "-9007199254740993", "9223372036854775807",
    "-9223372036854775807", "-9223372036854775808", "1000000000000000000", "999999999999999999",
  ])
  func integersAreExactToTheLimitsOf64Bits(text: String) throws {
    let value = try JSONValue(parsing: text)
    #expect(kind(value) == .integer)
    #expect(value.jsonText == text)
  }

  @Test(arguments: [
    ("9223372036854775808", 9_223_372_036_854_775_808.0), ("-9223372036854775809", -9_223_372_036_854_775_808.0),
    ("18446744073709551616", 18_446_744_073_709_551_616.0), ("10000000000000000999", 1e19),
    ("92233720368547758080", 92_233_720_368_547_758_080.0),
    ("100000000000000000000000000000000000000000", 1e41),
  ])
  func largerIntegersAreDoubles(text: String, expected: Double) throws {
    let value = try JSONValue(parsing: text)
    #expect(kind(value) == .double)
    #expect(value.doubleValue == expected)
  }

  @Test func aFractionOrAnExponentMakesADouble() throws {
    for text in ["1.0", "1e0", "1E2", "-0.0", "0e1", "1.5"] { #expect(kind(try JSONValue(parsing: text)) == .double) }
    #expect(try JSONValue(parsing: "1.0").jsonText == "1")
    #expect(try JSONValue(parsing: "1E6").jsonText == "1000000")
    #expect(try JSONValue(parsing: "1.000000000000000005").jsonText == "1")
  }

  @Test func minusZeroKeepsItsSignUntilItIsWritten() throws {
    let value = try JSONValue(parsing: "-0")
    #expect(value.doubleValue?.sign == .minus)
    #expect(value == 0)
    #expect(value.jsonText == "0")
  }

  @Test(arguments: ["1e400", "-1e400", "1e309", "123e9999999999999999999"])
  func whatOverflowsADoubleIsRefused(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func whatUnderflowsIsZero() throws {
    #expect(try JSONValue(parsing: "1e-999").doubleValue == 0)
    #expect(try JSONValue(parsing: "123.456e-789").jsonText == "0")
  }

  /// Texts are those of ECMAScript's `Number::toString`.
  @Test(
    arguments: [
      (0.0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (100, "100"), (0.1, "0.1"), (-0.1, "-0.1"), (1.5, "1.5"),
      (0.1 + 0.2, "0.30000000000000004"), (1.0 / 3, "0.3333333333333333"), (123_456.789, "123456.789"),
      (1e-6, "0.000001"), (1.25e-6, "0.00000125"), (1e-7, "1e-7"), (-1.5e-7, "-1.5e-7"), (1.23e-10, "1.23e-10"),
      (0.001, "0.001"), (9_007_199_254_740_992, "9007199254740992"), (9_007_199_254_740_994, "9007199254740994"),
      (1e16, "10000000000000000"), (144_115_188_075_855_872, "144115188075855870"), (1e20, "100000000000000000000"),
      (9_223_372_036_854_775_808, "9223372036854776000"), (18_446_744_073_709_551_616, "18446744073709552000"),
      (1.2345678901234568e20, "123456789012345680000"), (9.999999999999999e20, "999999999999999900000"),
      (1e21, "1e+21"), (-1e21, "-1e+21"), (1.2e21, "1.2e+21"), (1.5e300, "1.5e+300"),
      (.leastNonzeroMagnitude, "5e-324"),
      (2.2250738585072014e-308, "2.2250738585072014e-308"), (1.7976931348623157e308, "1.7976931348623157e+308"),
      (-1.7976931348623157e308, "-1.7976931348623157e+308"),
    ] as [(Double, String)])
  func doublesAreWrittenAsJavaScriptDoes(value: Double, text: String) {
    #expect(value.javaScriptText == text)
    #expect(JSONValue.double(value).jsonText == text)
  }

  @Test func whatIsNotFiniteHasJavaScriptsNamesAndIsWrittenAsNull() {
    #expect(Double.nan.javaScriptText == "NaN")
    #expect(Double.infinity.javaScriptText == "Infinity")
    #expect((-Double.infinity).javaScriptText == "-Infinity")
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(JSONValue.double(value).jsonText == "null")
      #expect(JSONValue.number(value) == .null)
    }
  }

  @Test func arithmeticGivesIntegersWhereDoublesAreExact() {
    #expect(kind(.number(3)) == .integer)
    #expect(kind(.number(-9_007_199_254_740_992)) == .integer)
    #expect(kind(.number(9_007_199_254_740_994)) == .double)
    #expect(kind(.number(0.5)) == .double)
  }

  @Test func everyDoubleReadsBackAsItself() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      let text = value.javaScriptText
      #expect(try JSONValue(parsing: text).doubleValue == value, "\(text)")
      #expect(!text.contains("E") && !text.hasSuffix(".0"), "\(text)")
    }
  }

  /// JavaScript writes no exponent below 1e21, and not all digits above 2^53. What is read is an integer of that text:
  /// the same double, and the same text again, but not equal to the last digit.
  @Test func aLargeWholeDoubleReadsBackAsTheSameNumber() throws {
    let value = JSONValue.double(4_972_733_566_619_724_800)
    let again = try JSONValue(parsing: value.jsonBytes)
    #expect(again == .integer(4_972_733_566_619_725_000))
    #expect(again.doubleValue == value.doubleValue)
    #expect(again.jsonText == value.jsonText)
  }

  @Test func everyIntegerReadsBackAsItself() throws {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<5000 {
      let value = Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator)
      #expect(JSONValue.integer(value).jsonText == String(value))
      #expect(try JSONValue(parsing: String(value)) == .integer(value))
    }
  }
}
