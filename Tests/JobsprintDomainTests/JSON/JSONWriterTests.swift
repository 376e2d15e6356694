import JobsprintDomain
import Testing

@Suite struct JSONWriterTests {
  @Test func controlCharactersQuotesAndBackslashesAreEscaped() {
    let expected = [
      0: "\\u0000", 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 0x1F: "\\u001f", 0x1A: "\\u001a",
    ]
    for code in UInt8(0)..<0x20 {
      let text = JSONValue.string(String(Unicode.Scalar(code))).jsonText
      #expect(text == "\"" + (expected[Int(code)] ?? "\\u00" + (code < 16 ? "0" : "") + String(code, radix: 16)) + "\"")
    }
    #expect(JSONValue.string("\"\\/").jsonText == #""\"\\/""#)
  }

  @Test func allOtherCharactersAreWrittenAsTheyAre() {
    let text = "é€😀\u{7F}\u{2028}\u{FFFD}\u{FEFF}e\u{301}\u{10FFFF}"
    #expect(JSONValue.string(text).jsonBytes == [0x22] + Array(text.utf8) + [0x22])
  }

  @Test func aCarriageReturnAndALineFeedAreTwoEscapes() {
    #expect(JSONValue.string("a\r\nb").jsonText == #""a\r\nb""#)
    #expect(JSONObject([("\r\n", 1)]).first?.key.utf8.count == 2)
  }

  /// Eight bytes are looked at together: what must be escaped may stand at any place of any group.
  @Test func escapesAreFoundAtEveryPlace() {
    for count in 0...20 {
      for place in 0..<count {
        for (character, escaped) in [("\"", "\\\""), ("\\", "\\\\"), ("\u{1F}", "\\u001f"), ("\0", "\\u0000")] {
          var pieces = [String](repeating: " ", count: count)
          pieces[place] = character
          let expected = pieces.map { $0 == character ? escaped : $0 }.joined()
          #expect(JSONValue.string(pieces.joined()).jsonText == "\"\(expected)\"")
        }
      }
      for plain in ["\u{20}", "!", "#", "[", "]", "\u{7F}"] {
        let text = String(repeating: plain, count: count)
        #expect(JSONValue.string(text).jsonText == "\"\(text)\"")
      }
    }
    let bytes = String(repeating: "\u{80}\u{FFFF}\u{10FFFF}", count: 5)
    #expect(JSONValue.string(bytes).jsonText == "\"\(bytes)\"")
  }

  @Test func keysAreEscapedLikeStrings() {
    #expect(JSONValue.object(["a\"\n": [:]]).jsonText == #"{"a\"\n":{}}"#)
  }

  @Test func theTextIsCompact() {
    #expect(JSONValue.object(["a": [1, nil, [:], []], "b": true]).jsonText == #"{"a":[1,null,{},[]],"b":true}"#)
  }

  @Test func writingAppends() {
    var bytes = Array("x".utf8)
    JSONValue.array([1]).write(to: &bytes)
    #expect(bytes == Array("x[1]".utf8))
  }
}
