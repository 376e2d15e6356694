import JobsprintDomain
import Testing

/// Strings of one text are held in many ways; all of them are one text.
struct CodeUnitsTests {
  private static let texts = [
    "", "a", "b", "id", "amount", "region", "fifteen bytes!!", "sixteen bytes!!!", "sixteen bytes!!?", "é", "e\u{301}",
    "日本語", "日本語の", "日本語のテ", "\u{0}", "a\u{0}", "\r\n", "😀", "😀😀😀", "😀😀😀😀", String(repeating: "x", count: 40),
  ]

  /// The same text as the compiler, the heap, a piece of a longer one and a growing one hold it.
  private static func forms(of text: String) -> [String] {
    let longer = String(repeating: "-", count: 20) + text + String(repeating: "-", count: 20)
    var grown = ""
    grown.reserveCapacity(100)
    for scalar in text.unicodeScalars { grown.unicodeScalars.append(scalar) }
    var shrunk = longer
    shrunk.unicodeScalars.removeFirst(20)
    shrunk.unicodeScalars.removeLast(20)
    let piece = String(longer.unicodeScalars.dropFirst(20).dropLast(20))
    return [text, String(decoding: Array(text.utf8), as: UTF8.self), grown, shrunk, piece]
  }

  @Test(arguments: texts, texts)
  func textsAreTheSameWhereTheirBytesAre(left: String, right: String) {
    let areSame = Array(left.utf8) == Array(right.utf8)
    for a in Self.forms(of: left) {
      for b in Self.forms(of: right) { #expect(a.hasSameCodeUnits(as: b) == areSame) }
    }
  }
}
