import JobsprintDomain
import Testing

@Suite struct JSONParserTests {
  private func failure(_ text: String) -> JSONError? {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  private func failure(_ bytes: [UInt8]) -> JSONError? {
    #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
  }

  @Test func readsEveryKindOfValue() throws {
    let value = try JSONValue(parsing: #" { "a" : [ null , true , false , 1 , -2.5 , "x" , { } , [ ] ] } "#)
    #expect(value == ["a": [nil, true, false, 1, -2.5, "x", [:], []]])
  }

  @Test func whiteSpaceIsOnlyWhatRFC8259Allows() throws {
    #expect(try JSONValue(parsing: "\t\r\n [\r\n1\t]\n ") == [1])
    #expect(failure("\u{0B}1")?.offset == 0)
    #expect(failure("\u{A0}1")?.offset == 0)
    #expect(failure("1\0")?.offset == 1)
  }

  // MARK: Depth

  @Test func theDepthLimitIsTheDeepestThatIsRead() throws {
    func nested(_ depth: Int) -> [UInt8] { Array(repeating: 0x5B, count: depth) + Array(repeating: 0x5D, count: depth) }
    #expect(try JSONValue(parsing: nested(JSONValue.depthLimit)).jsonBytes == nested(JSONValue.depthLimit))
    let error = failure(nested(JSONValue.depthLimit + 1))
    #expect(error?.reason == "nested deeper than 128 levels")
    #expect(error?.offset == 128)
  }

  @Test func depthCountsWhatIsOpenNotWhatWasOpened() throws {
    let siblings = "[" + Array(repeating: #"[{"a":[]}]"#, count: 1000).joined(separator: ",") + "]"
    #expect(try JSONValue(parsing: siblings, depthLimit: 4).arrayValue?.count == 1000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: siblings, depthLimit: 3) }
  }

  @Test(arguments: ["[", #"{"a":"#, #"[{"":"#, "[[1],"])
  func aMegabyteOfOpeningBracketsIsRefused(unit: String) {
    let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
    #expect(failure(text)?.reason == "nested deeper than 128 levels")
  }

  // MARK: Strings

  @Test func everyEscapeIsRead() throws {
    #expect(try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u00e9\u20AC""#) == "\"\\/\u{8}\u{C}\n\r\té€")
  }

  @Test func theNULCharacterIsReadAndWrittenBack() throws {
    let value = try JSONValue(parsing: #"{"a\u0000b":"\u0000"}"#)
    #expect(value["a\0b"] == "\0")
    #expect(value.jsonText == #"{"a\u0000b":"\u0000"}"#)
  }

  @Test func surrogatePairsAreOneCharacter() throws {
    #expect(try JSONValue(parsing: #""\uD83D\uDE00\ud834\udd1e""#) == "😀𝄞")
  }

  @Test(arguments: [
    #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800\n""#, #""\ud800A""#, #""\udc00\ud800""#,
    #""\ud83d\u0041""#,
    #"{"\udfff":1}"#,
  ])
  func halvesOfSurrogatePairsAreRefused(text: String) {
    #expect(failure(text)?.reason.contains("half of a surrogate pair") == true)
  }

  @Test func whatIsNoUTF8IsRefusedWhereTheStringBegins() {
    let sequences: [[UInt8]] = [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE2, 0x82], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF],
    ]
    for sequence in sequences {
      #expect(failure([0x5B, 0x22] + sequence + [0x22, 0x5D])?.offset == 2)
      // Behind an escape the text takes another way.
      #expect(failure([0x5B, 0x22, 0x5C, 0x6E] + sequence + [0x22, 0x5D])?.reason == "the string is not valid UTF-8")
      #expect(failure([0x7B, 0x22] + sequence + [0x22, 0x3A, 0x31, 0x7D])?.offset == 2)
    }
  }

  @Test func rawControlCharactersAreRefused() {
    for byte in UInt8(0)..<0x20 {
      #expect(failure([0x22, byte, 0x22])?.offset == 1)
      #expect(failure([0x22, 0x5C, 0x6E, byte, 0x22])?.offset == 3)
    }
  }

  // MARK: Errors

  @Test(arguments: [
    ("", 0, "the text is empty"), ("   ", 3, "the text is empty"), ("[1,]", 3, "a value is expected"),
    ("[1 2]", 3, "expected ',' or ']'"), (#"{"a" 1}"#, 5, "expected ':'"),
    (#"{"a":1 "b":2}"#, 7, "expected ',' or '}'"),
    ("{a:1}", 1, "double quotes"), (#"{"a":1,}"#, 7, "double quotes"), ("[1", 2, "not closed with ']'"),
    (#"{"a":1"#, 6, "not closed with '}'"), (#"["ab"#, 4, "not closed with '\"'"), ("[tru]", 1, "expected true"),
    ("nul", 0, "expected null"), ("[1] x", 4, "after the end"), ("[01]", 2, "begin with 0"),
    ("[-]", 2, "needs a digit"),
    ("[1.]", 3, "after the decimal point"), ("[1e+]", 4, "in the exponent"), (#"["\x"]"#, 3, "must be followed by"),
    (#"["\u12"]"#, 6, "four hexadecimal digits"), (#"["\"#, 3, "ends in an escape"),
    ("[1e400]", 1, "does not fit a double"),
    ("[+1]", 1, "a value is expected"), ("[NaN]", 1, "a value is expected"), ("['a']", 1, "a value is expected"),
  ])
  func errorsTellThePlaceAndWhatWouldBeRight(text: String, offset: Int, reason: String) {
    let error = failure(text)
    #expect(error?.offset == offset)
    #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    #expect(error?.description.hasSuffix("(at byte \(offset))") == true)
  }

  @Test func offsetsCountBytesNotCharacters() { #expect(failure(#"["é€😀" 1]"#)?.offset == 13) }

  @Test func everyPrefixOfADocumentIsRefused() throws {
    let bytes = Array(#"{"a":[1.5e3,"\ud83d\ude00é",true,{"b":null}]}"#.utf8)
    for count in 0..<bytes.count { _ = failure(Array(bytes.prefix(count))) }
    #expect(try JSONValue(parsing: bytes).objectValue?.count == 1)
  }
}
