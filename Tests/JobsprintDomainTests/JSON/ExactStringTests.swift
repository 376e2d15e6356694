import JobsprintDomain
import Testing

struct ExactStringTests {
  /// One scalar, and a letter with an accent behind it: equal for Swift, two keys for JSON.
  private let composed = "\u{E9}"
  private let decomposed = "e\u{301}"

  @Test func equivalentTextsAreTwoKeys() {
    #expect(composed == decomposed)
    #expect(ExactString(composed) != ExactString(decomposed))
    #expect(ExactString(composed) == ExactString("\u{E9}"))
    var values: [ExactString: Int] = [:]
    values[composed] = 1
    values[decomposed, default: 1] += 1
    #expect(values[composed] == 1)
    #expect(values[decomposed] == 2)
  }

  /// Swift hashes equivalent texts alike, so that thousands of spellings of one text would fill one bucket.
  @Test func equivalentTextsHaveHashesOfTheirOwn() {
    #expect(composed.hashValue == decomposed.hashValue)
    #expect(ExactString(composed).hashValue != ExactString(decomposed).hashValue)
  }

  @Test func theOrderIsThatOfBytes() {
    #expect(["b", "a", "\u{E9}", "z"].map { ExactString($0) }.sorted().map(\.text) == ["a", "b", "z", "\u{E9}"])
  }
}
