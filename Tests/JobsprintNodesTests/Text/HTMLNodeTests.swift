import JobsprintDomain
import Testing

@Suite("html and htmlExtract")
struct HTMLNodeTests {
  private let page = JSONValue.object([
    "data": """
    <html><head><title>T</title></head><body><h1>My <i>Page</i></h1><ul><li class="a b">One</li><li>Two</li></ul>
    <p id="x">Text <a href="https://a.example">link</a></p><input value="v"><textarea>area</textarea></body></html>
    """
  ]).jsonText

  private func extract(_ value: String, _ options: String = "{}", version: Double = 1.2) async throws -> JSONValue? {
    try await SingleNodeRun(
      type: "n8n-nodes-base.html", version: version,
      parameters:
        #"{"operation": "extractHtmlContent", "extractionValues": {"values": [\#(value)]}, "options": \#(options)}"#
    ).value("k", page)
  }

  @Test func textIsLaidOutForPeople() async throws {
    #expect(
      try await extract(#"{"key": "k", "cssSelector": "body"}"#)
        == "MY PAGE\n\n * One\n * Two\n\nText link [https://a.example]\n\narea")
    #expect(
      try await extract(#"{"key": "k", "cssSelector": "body", "skipSelectors": "a, ul, textarea"}"#)
        == "MY PAGE\n\nText")
  }

  @Test func olderVersionsTakeTextAsItStands() async throws {
    #expect(try await extract(#"{"key": "k", "cssSelector": "li"}"#, version: 1) == "OneTwo")
    #expect(try await extract(#"{"key": "k", "cssSelector": "nav"}"#, version: 1) == nil)
  }

  @Test func attributesHTMLAndFormValuesAreTaken() async throws {
    #expect(
      try await extract(#"{"key": "k", "cssSelector": "a", "returnValue": "attribute", "attribute": "href"}"#)
        == "https://a.example")
    #expect(try await extract(#"{"key": "k", "cssSelector": "h1", "returnValue": "html"}"#) == "My <i>Page</i>")
    #expect(try await extract(#"{"key": "k", "cssSelector": "input", "returnValue": "value"}"#) == "v")
    #expect(
      try await extract(#"{"key": "k", "cssSelector": "textarea, input", "returnValue": "value", "returnArray": true}"#)
        == ["v", "area"])
  }

  @Test func textIsCleanedUp() async throws {
    #expect(
      try await extract(#"{"key": "k", "cssSelector": "ul", "returnValue": "html"}"#, #"{"cleanUpText": true}"#)
        == #"<li class="a b">One</li><li>Two</li>"#)
  }

  @Test func severalTextsAreSeveralItems() async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.htmlExtract",
      parameters: #"{"extractionValues": {"values": [{"key": "t", "cssSelector": "b"}]}}"#)
    #expect(try await node.json(#"{"data": ["<b>1 </b>", "<b>2</b>"]}"#) == [["t": "1"], ["t": "2"]])
  }

  @Test func aFileIsASourceToo() async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.htmlExtract",
      parameters: #"{"sourceData": "binary", "extractionValues": {"values": [{"key": "t", "cssSelector": "b"}]}}"#)
    let item = #"{"json": {}, "binary": {"data": {"data": "PGI+MTwvYj4=", "mimeType": "text/html"}}}"#
    #expect(try await node.json(item) == [["t": "1"]])
  }

  @Test(arguments: [
    (#"{"x": 1}"#, "b", "No property named 'data'"), (#"{"data": 1}"#, "b", "must be HTML text, not number"),
    (#"{"data": "<b>"}"#, "b[", "The CSS selector 'b['"), (#"{"data": "<b>"}"#, "", "The CSS selector ''"),
  ])
  func badInputIsAnErrorThatNamesIt(item: String, selector: String, expected: String) async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.html", version: 1.2,
      parameters: """
        {"operation": "extractHtmlContent", "extractionValues": {"values": [{"key": "k", "cssSelector": "\(selector)"}]}}
        """)
    #expect(try await node.failure(item)?.message.contains(expected) == true)
  }

  @Test func aTemplateResolvesItsExpressions() async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.html", parameters: #"{"html": "<b>{{ $json.a }}</b>"}"#)
    #expect(try await node.json(#"[{"a": 1}, {"a": "x"}]"#) == [["html": "<b>1</b>"], ["html": "<b>x</b>"]])
    #expect(
      try await SingleNodeRun(type: "n8n-nodes-base.html", parameters: #"{"html": "<p>plain"}"#).value("html")
        == "<p>plain")
  }

  @Test func itemsBecomeATable() async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.html", version: 1.2,
      parameters: """
        {"operation": "convertToHtmlTable", "options": {"capitalize": true, "caption": "C", "customStyling": true,
         "cellAttributes": "class=\\"c\\""}}
        """)
    #expect(
      try await node.value("table", #"[{"first_name": "A", "on": true}, {"n": 1}]"#) == """
        <table><caption>C</caption><thead><tr><th>First Name</th><th>On</th><th>N</th></tr></thead><tbody>\
        <tr><td class="c">A</td><td class="c"><input type="checkbox" checked="checked"/></td><td class="c"></td></tr>\
        <tr><td class="c"></td><td class="c"></td><td class="c">1</td></tr></tbody></table>
        """)
  }

  @Test func quotesRulesAndNestedListsAreLaidOut() async throws {
    let node = SingleNodeRun(
      type: "n8n-nodes-base.html", version: 1.2,
      parameters:
        #"{"operation": "extractHtmlContent", "extractionValues": {"values": [{"key": "k", "cssSelector": "body"}]}}"#)
    let html = "<blockquote>a<br>b</blockquote><ol><li>x<ul><li>y</li></ul></li><li>z</li></ol><pre>p\\n  q</pre><hr>"
    let rule = String(repeating: "-", count: 80)
    #expect(
      try await node.value("k", #"{"data": "\#(html)"}"#)
        == .string("> a\n> b\n\n 1. x\n     * y\n 2. z\n\np\n  q\n\n\(rule)"))
  }

  @Test func longTextIsWrapped() async throws {
    let words = Array(repeating: "word", count: 30).joined(separator: " ")
    let node = SingleNodeRun(
      type: "n8n-nodes-base.html", version: 1.2,
      parameters:
        #"{"operation": "extractHtmlContent", "extractionValues": {"values": [{"key": "k", "cssSelector": "p"}]}}"#)
    let text = try await node.value("k", #"{"data": "<p>\#(words)</p>"}"#)?.stringValue
    #expect(text?.split(separator: "\n").map(\.count) == [79, 69])
  }
}
