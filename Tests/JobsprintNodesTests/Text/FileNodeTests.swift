import JobsprintDomain
import Testing

@testable import JobsprintNodes

@Suite("convertToFile, extractFromFile, iCal")
struct FileNodeTests {
  private func convert(_ parameters: String, _ items: String, version: Double = 1.1) async throws -> JSONObject {
    let items = try await SingleNodeRun(
      type: "n8n-nodes-base.convertToFile", version: version, parameters: parameters
    ).items(items)
    return try #require(items.first?.binary?["data"]?.objectValue)
  }

  private func text(_ file: JSONObject) -> String {
    String(decoding: Base64.bytes(file["data"]?.stringValue ?? "") ?? [], as: UTF8.self)
  }

  private func extract(_ parameters: String, _ text: String) async throws -> JSONValue {
    try await SingleNodeRun(type: "n8n-nodes-base.extractFromFile", parameters: parameters).json(item(text))
  }

  private func item(_ text: String) -> String {
    #"{"json": {"a": 1}, "binary": {"data": {"data": "\#(Base64.text(text.utf8))", "mimeType": "text/plain"}}}"#
  }

  @Test func itemsBecomeATable() async throws {
    let file = try await convert("{}", #"[{"a": 1, "b": {"c": "x,y"}}, {"a": true, "d": "say \"hi\""}]"#)
    #expect(text(file) == "\u{FEFF}a,b.c,d\n1,\"x,y\",\nTRUE,,\"say \"\"hi\"\"\"")
    #expect(file["fileName"] == "spreadsheet.csv")
    #expect(file["mimeType"] == "text/csv")
    #expect(file["fileSize"] == "38 B")
  }

  @Test func aTableOfHTMLIsReadBack() async throws {
    let file = try await convert(#"{"operation": "html"}"#, #"[{"a": 1, "b": "<x>"}, {"a": false}]"#)
    #expect(try await extract(#"{"operation": "html"}"#, text(file)) == [["a": 1, "b": "<x>"], ["a": false]])
  }

  @Test func jsonIsWrittenOnceOrForEachItem() async throws {
    #expect(text(try await convert(#"{"operation": "toJson"}"#, #"[{"a": 1}, {"a": 2}]"#)) == #"[{"a":1},{"a":2}]"#)
    let each = try await SingleNodeRun(
      type: "n8n-nodes-base.convertToFile", version: 1.1, parameters: #"{"operation": "toJson", "mode": "each"}"#
    ).items(#"[{"a": 1}, {"a": 2}]"#)
    #expect(each.count == 2)
    #expect(
      text(try await convert(#"{"operation": "toJson", "options": {"format": true}}"#, #"{"a": [], "b": [1]}"#))
        == "[\n  {\n    \"a\": [],\n    \"b\": [\n      1\n    ]\n  }\n]")
  }

  @Test func textIsWrittenInTheEncodingAskedFor() async throws {
    let parameters =
      #"{"operation": "toText", "sourceProperty": "t", "options": {"encoding": "latin1", "fileName": "a.md"}}"#
    let file = try await convert(parameters, #"{"t": "é€"}"#)
    #expect(file["data"] == .string(Base64.text([0xE9, 0x3F])))
    #expect(file["fileExtension"] == "md")
  }

  private static let texts = [
    (#""é""#, "é"), (#""""#, ""), ("0", "0"), ("-120", "-120"), ("9007199254740993", "9007199254740993"),
    ("1.50", "1.5"), ("true", "true"), ("false", "false"), ("null", "null"), (#"{"a": [1]}"#, #"{"a":[1]}"#),
    (#""\#(String(repeating: "long ", count: 300))""#, String(repeating: "long ", count: 300)),
  ]

  @Test(arguments: texts)
  func anyValueBecomesAFileOfItsText(value: String, expected: String) async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.convertToFile", version: 1.1,
      parameters: #"{"operation": "toText", "sourceProperty": "t"}"#)
    let items = try await node.items(#"[{"t": "first"}, {"other": 1, "t": \#(value)}, {"t": \#(value)}]"#)
    #expect(items.map { text($0.binary?["data"]?.objectValue ?? [:]) } == ["first", expected, expected])
    let marked = #"{"operation": "toText", "sourceProperty": "o.t", "options": {"addBOM": true}}"#
    #expect(text(try await convert(marked, #"{"o": {"t": \#(value)}}"#)) == "\u{FEFF}" + expected)
  }

  @Test func base64BecomesAFile() async throws {
    let parameters = #"{"operation": "toBinary", "sourceProperty": "t", "options": {"fileName": "a.png"}}"#
    let file = try await convert(parameters, #"{"t": "AAEC"}"#)
    #expect(file["data"] == "AAEC")
    #expect(file["mimeType"] == "image/png")
    #expect(file["fileType"] == "image")
  }

  @Test(arguments: [
    (#"{"operation": "toText", "sourceProperty": "x"}"#, "The value in 'x' is not set"),
    (#"{"operation": "toText"}"#, "The value in '' is not set"),
    (#"{"operation": "toBinary", "sourceProperty": "t"}"#, "not valid Base64"),
    (#"{"operation": "toText", "sourceProperty": "t", "options": {"encoding": "klingon"}}"#, "The encoding 'klingon'"),
    (#"{"operation": "xlsx"}"#, "not supported"), (#"{"operation": "x"}"#, "'operation'"),
    (#"{"operation": "iCal", "start": "x", "end": "2023-01-01"}"#, "The date 'x'"),
    (#"{"operation": "iCal", "start": "2023-01-02", "end": "2023-01-01"}"#, "ends before it begins"),
  ])
  func whatCannotBeConvertedIsAnError(parameters: String, expected: String) async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.convertToFile", version: 1.1, parameters: parameters)
    #expect(try await node.failure(#"{"t": "!"}"#)?.message.contains(expected) == true)
  }

  @Test func rowsAreRead() async throws {
    #expect(try await extract("{}", "a,b\r\n1,\"x\ny\"\r\n\r\n,2\n") == [["a": "1", "b": "x\ny"], ["b": "2"]])
    #expect(
      try await extract(#"{"options": {"includeEmptyCells": true, "delimiter": ";"}}"#, "a;b\n;2")
        == [["a": "", "b": "2"]])
    #expect(try await extract(#"{"options": {"headerRow": false}}"#, "1,2") == [["row": ["1", "2"]]])
    #expect(try await extract("{}", "a,b,a\n1,2,3\n4,,\n") == [["a": "3", "b": "2"], ["a": "4"]])
    #expect(try await extract(#"{"options": {"fromLine": 3, "maxRowCount": 1}}"#, "x\ny\na\n1\n2") == [["a": "1"]])
    #expect(try await extract(#"{"options": {"enableBOM": true}}"#, "\u{FEFF}a\n1") == [["a": "1"]])
    #expect(try await extract("{}", "\u{FEFF}a\n1") == [["\u{FEFF}a": "1"]])
    #expect(
      try await extract(#"{"options": {"relaxQuotes": true}}"#, "a\nb\"c\n\"d\" e") == [
        ["a": "b\"c"], ["a": "\"d\" e"],
      ])
    #expect(
      try await extract(#"{"options": {"skipRecordsWithErrors": true}}"#, "a,b\n1\n1,2\n\"x\"y,1\n3,4").arrayValue?
        .count == 2)
    #expect(try await extract("{}", "") == [])
    // Of two columns with one name the last counts; a bad row behind the last one that is wanted is nobody's business.
    #expect(try await extract("{}", "a,b,a\n1,2,3") == [["a": "3", "b": "2"]])
    #expect(try await extract(#"{"options": {"maxRowCount": 1}}"#, "a,b\n1,2\n3") == [["a": "1", "b": "2"]])
    let names = (0..<20).map { "c\($0)" }
    let wide = try await extract("{}", names.joined(separator: ",") + "\n" + names.joined(separator: ","))
    #expect(wide[0]?["c0"] == "c0" && wide[0]?["c19"] == "c19")
  }

  @Test(arguments: [
    ("{}", "a,b\n1", "Invalid record length on line 2"), ("{}", "a\n\"x", "The quote that opens on line 2"),
    ("{}", "a\nx\"y", "A quote stands inside an unquoted field on line 2"),
    (#"{"operation": "fromJson"}"#, "{", "invalid JSON"), (#"{"operation": "html"}"#, "x", "no HTML table"),
    (#"{"operation": "fromIcs"}"#, "x", "no iCalendar file"), (#"{"operation": "pdf"}"#, "x", "not supported"),
    (#"{"operation": "fromIcs"}"#, "BEGIN:VCALENDAR\nBEGIN:VEVENT", "ends inside a component"),
    (#"{"binaryPropertyName": "other"}"#, "x", "contain a binary file 'other'"),
  ])
  func whatCannotBeReadIsAnError(parameters: String, text: String, expected: String) async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.extractFromFile", parameters: parameters)
    #expect(try await node.failure(item(text))?.message.contains(expected) == true)
  }

  @Test func aFileThatIsNotInlineIsAnError() async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.extractFromFile")
    let item = #"{"json": {}, "binary": {"data": {"data": "filesystem-v2", "id": "filesystem-v2:x"}}}"#
    #expect(try await node.failure(item)?.message.contains("can't be read") == true)
  }

  @Test func contentGoesIntoItsField() async throws {
    #expect(try await extract(#"{"operation": "text", "destinationKey": "x.y"}"#, "\u{FEFF}hi") == [["x": ["y": "hi"]]])
    #expect(
      try await extract(#"{"operation": "xml", "options": {"keepSource": "json"}}"#, "<a/>") == [
        ["a": 1, "data": "<a/>"]
      ])
    #expect(try await extract(#"{"operation": "fromJson"}"#, "[1]") == [["data": [1]]])
    #expect(try await extract(#"{"operation": "binaryToPropery"}"#, "abc") == [["data": "YWJj"]])
    let kept = try await SingleNodeRun(
      type: "n8n-nodes-base.extractFromFile", parameters: #"{"operation": "text", "options": {"keepSource": "both"}}"#
    ).items(item("x"))
    #expect(kept.first?.binary?["data"] != nil)
    #expect(kept.first?.json == ["a": 1, "data": "x"])
  }

  @Test func anEventIsWrittenAndReadBack() async throws {
    let parameters = #"""
      {"operation": "iCal", "title": "A; b", "start": "2024-01-03T00:00:00", "end": "2024-01-04T00:00:00", "allDay": true,
       "additionalFields": {"description": "two\nlines", "uid": "u1", "location": "\#(String(repeating: "long ", count: 30))",
       "attendeesUi": {"attendeeValues": [{"name": "Ann", "email": "a@b.c", "rsvp": true}]}}}
      """#
    let file = try await convert(parameters, "{}")
    let source = text(file)
    #expect(source.contains("DTSTART;VALUE=DATE:20240103\r\nDTEND;VALUE=DATE:20240105\r\n"))
    #expect(source.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 75 })
    let event = try #require(try await extract(#"{"operation": "fromIcs"}"#, source)[0]?["data"]?["events"]?[0])
    #expect(event["summary"] == "A; b")
    #expect(event["description"] == "two\nlines")
    #expect(event["uid"] == "u1")
    #expect(event["start"] == ["date": "2024-01-03T00:00:00.000Z", "type": "DATE"])
    #expect(event["attendees"] == [["email": "a@b.c", "name": "Ann", "rsvp": true]])
    let older = try await SingleNodeRun(
      type: "n8n-nodes-base.iCal", parameters: #"{"start": "2024-01-03", "end": "2024-01-03"}"#
    ).items()
    #expect(older.first?.binary?["data"]?["fileName"] == "event.ics")
  }

  @Test func anEventWithoutAnEndEndsWhenItBegins() async throws {
    let parameters = #"{"operation": "iCal", "title": "={{ $json.t }}", "start": "={{ $json.s }}", "end": ""}"#
    let files = try await SingleNodeRun(type: "n8n-nodes-base.convertToFile", version: 1.1, parameters: parameters)
      .items(#"[{"t": "A", "s": "2024-01-03T10:00:00+02:00"}, {"t": null, "s": 1704268800000}]"#)
    let texts = files.map { text($0.binary?["data"]?.objectValue ?? [:]) }
    #expect(texts[0].contains("SUMMARY:A\r\n"))
    #expect(texts[0].contains("DTSTART:20240103T080000Z\r\nDTEND:20240103T080000Z\r\n"))
    #expect(!texts[1].contains("SUMMARY"))
    #expect(texts[1].contains("UID:") && texts[1].contains("DTSTART:20240103T080000Z"))
  }

  @Test func anEventMayCountInTheWorkflowsZone() async throws {
    func lines(_ more: String, allDay: Bool) async throws -> [String] {
      let parameters = #"{"start": "2024-07-03T00:30:00", "allDay": \#(allDay), "additionalFields": {\#(more)}}"#
      let items = try await SingleNodeRun(
        type: "n8n-nodes-base.iCal", parameters: parameters, timezone: "Europe/Berlin"
      ).items()
      return text(items.first?.binary?["data"]?.objectValue ?? [:]).split(separator: "\r\n").map(String.init)
    }
    #expect(try await lines("", allDay: false).contains("DTSTART:20240703T003000Z"))
    let zone = #""useWorkflowTimezone": true"#
    #expect(try await lines(zone, allDay: false).contains("DTSTART:20240702T223000Z"))
    #expect(try await lines(zone, allDay: true).contains("DTSTART;VALUE=DATE:20240703"))
    #expect(try await lines(#""sequence": 2"#, allDay: false).contains("SEQUENCE:2"))
    await #expect(throws: NodeError.self) { try await lines(#""sequence": -1"#, allDay: false) }
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1042, "1.04 kB"), (15_432, "15.4 kB"), (1_500_000, "1.5 MB"),
  ])
  func sizesAreForPeople(size: Int, expected: String) {
    #expect(BinaryFile.sizeText(size) == expected)
  }

  @Test(arguments: ["", "f", "fo", "foo", "foob", "\u{0}\u{FF}"])
  func base64IsReadBack(text: String) {
    #expect(Base64.bytes(Base64.text(text.utf8)) == Array(text.utf8))
    #expect(Base64.bytes(Base64.urlText(text.utf8)) == Array(text.utf8))
  }

  @Test func whatIsNoBase64IsRefused() {
    for text in ["a", "ab=c", "a!", "ä"] { #expect(Base64.bytes(text) == nil) }
  }

  @Test(arguments: [
    "utf16le", "UTF-16BE", "windows-1250", "win1252", "iso88592", "ISO-8859-15", "koi8r", "Shift_JIS", "gb18030",
    "big5", "euc-kr",
  ])
  func encodingsAreReadBack(name: String) throws {
    let encoding = try TextEncoding(name)
    #expect(try encoding.text(encoding.bytes("plain text")) == "plain text")
  }
}

@Suite("moveBinaryData")
struct MoveBinaryDataNodeTests {
  private let file = #"{"json": {}, "binary": {"data": {"data": "eyJhIjoxfQ==", "mimeType": "application/json"}}}"#

  private func run(_ parameters: String, _ items: String, version: Double = 1) async throws -> [Item] {
    try await SingleNodeRun(type: "n8n-nodes-base.moveBinaryData", version: version, parameters: parameters).items(
      items)
  }

  @Test func aFileBecomesTheItemsData() async throws {
    let items = try await run("{}", file)
    #expect(items.first?.json == ["a": 1])
    #expect(items.first?.binary == nil)
  }

  private static let fields: [(String, JSONValue)] = [
    ("{}", "{\"a\":1}"), (#"{"jsonParse": true}"#, ["a": 1]), (#"{"encoding": "base64"}"#, "eyJhIjoxfQ=="),
    (#"{"keepAsBase64": true}"#, "eyJhIjoxfQ=="),
  ]

  @Test(arguments: fields)
  func aFileGoesIntoAField(options: String, expected: JSONValue) async throws {
    #expect(try await run(#"{"setAllData": false, "options": \#(options)}"#, file).first?.json == ["data": expected])
  }

  @Test func dataBecomesAFile() async throws {
    let items = try await run(#"{"mode": "jsonToBinary"}"#, #"{"a": 1}"#)
    #expect(items.first?.json == [:])
    #expect(
      items.first?.binary?["data"] == [
        "data": "eyJhIjoxfQ==", "mimeType": "application/json", "fileType": "json", "fileExtension": "json",
        "fileSize": "7 B",
      ])
    #expect(
      try await run(#"{"mode": "jsonToBinary"}"#, #"{"a": 1}"#, version: 1.1).first?.binary?["data"]?["fileName"]
        == "file.json")
  }

  @Test func aFieldBecomesAFile() async throws {
    let parameters = #"{"mode": "jsonToBinary", "convertAllData": false, "sourceKey": "t"}"#
    let items = try await run(parameters, #"{"t": "x", "b": 1}"#)
    #expect(items.first?.json == ["b": 1])
    #expect(items.first?.binary?["data"]?["data"] == .string(Base64.text("\"x\"".utf8)))
    let raw = #"{"mode": "jsonToBinary", "convertAllData": false, "sourceKey": "t", "options": {"useRawData": true}}"#
    #expect(try await run(raw, #"{"t": "x"}"#).first?.binary?["data"]?["data"] == "eA==")
  }

  @Test func itemsWithoutTheSourceAreLeftOut() async throws {
    #expect(try await run("{}", #"{"a": 1}"#).isEmpty)
  }

  @Test func badDataIsAnError() async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.moveBinaryData")
    let broken = #"{"json": {}, "binary": {"data": {"data": "ew==", "mimeType": "text/plain"}}}"#
    #expect(try await node.failure(broken)?.message.contains("invalid JSON") == true)
    let list = #"{"json": {}, "binary": {"data": {"data": "W10=", "mimeType": "text/plain"}}}"#
    #expect(try await node.failure(list)?.message.contains("holds an array, not an object") == true)
  }
}
