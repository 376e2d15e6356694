import LibXML2
import Testing

@Suite struct MarkupTreeTests {
  @Test func htmlIsCompletedAsBrowsersDo() throws {
    let tree = try MarkupTree(html: "hi <b>x</b><p>k</p>")
    #expect(
      tree.outerHTML(of: MarkupTree.document)
        == "<html><head></head><body>hi <b>x</b><p>k</p></body></html>")
  }

  @Test func rowsGetATableBody() throws {
    let tree = try MarkupTree(html: "<table><tr><td>1</td></tr><tr><td>2</td></tr></table>")
    #expect(try tree.elements(CSSSelector("table > tbody > tr")).count == 2)
  }

  @Test func spaceBehindTheBodyBelongsToIt() throws {
    let tree = try MarkupTree(html: "<!DOCTYPE html><html>\n<head></head>\n<body>\n<p>a</p>\n</body>\n</html>")
    let body = try #require(try tree.elements(CSSSelector("body")).first)
    #expect(tree.innerHTML(of: body) == "\n<p>a</p>\n\n")
  }

  @Test func textIsEscapedExceptInScripts() throws {
    let tree = try MarkupTree(html: "<p title='a\"b'>1 &lt; 2 &amp; 3&nbsp;</p><script>a < b && c</script>")
    let body = try #require(try tree.elements(CSSSelector("body")).first)
    #expect(
      tree.innerHTML(of: body)
        == "<p title=\"a&quot;b\">1 &lt; 2 &amp; 3&nbsp;</p><script>a < b && c</script>")
  }

  @Test func emptyAndBrokenHTMLIsReadAllTheSame() throws {
    for html in ["", "<", "</p>", "<a b=\"", "<!--", "<table><td><p></table>", "<html", "\u{FEFF}<p>x"] {
      #expect(try MarkupTree(html: html).root != nil)
    }
  }

  @Test func deepHTMLIsRefused() {
    #expect(throws: MarkupError.self) { try MarkupTree(html: String(repeating: "<div>", count: 100_000)) }
  }

  @Test func brokenXMLNamesTheLine() throws {
    let error = #expect(throws: MarkupError.self) { try MarkupTree(xml: "<a>\n<b>\n</a>") }
    #expect(error?.line == 3)
  }

  @Test func entityBombsAreRefused() {
    var document = "<!DOCTYPE a [<!ENTITY e0 \"xxxxxxxxxx\">"
    for level in 1...9 {
      document += "<!ENTITY e\(level) \"\(String(repeating: "&e\(level - 1);", count: 10))\">"
    }
    let bomb = document + "]><a b=\"&e9;\">&e9;</a>"
    #expect(throws: MarkupError.self) { try MarkupTree(xml: bomb) }
  }

  @Test func nullCharactersAreRefused() {
    #expect(throws: MarkupError.self) { try MarkupTree(xml: "<a>\0</a>") }
  }
}

@Suite struct CSSSelectorTests {
  private static let html = """
    <div id="top" class="a b"><p>One</p><p lang="en-US" data-x="Hello">Two</p><span><p>Three</p></span></div>
    <div><em></em><input type="checkbox" checked><input type=text></div>
    """

  private func count(_ selector: String) throws -> Int {
    try MarkupTree(html: Self.html).elements(try CSSSelector(selector)).count
  }

  @Test(arguments: [
    ("p", 3), ("*", 12), ("#top", 1), (".a.b", 1), ("div.a > p", 2), ("div p", 3), ("p + p", 1), ("p ~ span", 1),
    ("[lang]", 1), ("[lang|=en]", 1), ("[data-x^=He]", 1), ("[data-x$='lo']", 1), ("[data-x*=\"ell\"]", 1),
    ("[data-x=hello i]", 1), ("[class~=b]", 1), ("p[data-x!=Hello]", 2), ("p:first-child", 2), ("p:last-child", 1),
    ("p:nth-child(2)", 1), ("p:nth-child(odd)", 2), ("p:nth-of-type(-n+1)", 2), ("p:only-child", 1),
    ("p:not(:first-child)", 1), ("div:has(em)", 1), ("div:has(> span)", 1), ("p:contains(Two)", 1), ("em:empty", 1),
    (":checked", 1), (":text", 1), ("p:eq(1)", 1), ("p:first", 1), ("p:last", 1), ("p:gt(0)", 2), ("P", 3),
    ("em, span", 2), (":is(em, span)", 2), ("html:root", 1), ("h1", 0), ("p:nth-child(99999999999n)", 0),
  ])
  func findsWhatItSays(selector: String, expected: Int) throws {
    if selector.contains("99999999999n") {
      #expect(throws: MarkupError.self) { try count(selector) }
    } else {
      #expect(try count(selector) == expected, "\(selector)")
    }
  }

  @Test(arguments: [
    "", "  ", ">", "p >", "p,", "[", "[a", "[a=", "p:", ":unknown", "p:not(", "p:nth-child(x)",
    "p:eq(-9223372036854775808)", "!", "p:first > b", "#",
  ])
  func whatIsNoSelectorIsAnError(selector: String) {
    #expect(throws: MarkupError.self) { try CSSSelector(selector) }
  }

  @Test func selectorsThatGoBackAndForthAreStopped() throws {
    let deep = try MarkupTree(html: String(repeating: "<div>", count: 200))
    let selector = try CSSSelector("x " + String(repeating: "div ", count: 12) + "div")
    #expect(throws: MarkupError.self) { try deep.elements(selector) }
    let wide = try MarkupTree(html: String(repeating: "<p></p>", count: 20_000))
    #expect(throws: MarkupError.self) { try wide.elements(CSSSelector("x ~ p")) }
    #expect(try wide.elements(CSSSelector("p + p:nth-child(2n)")).count == 10_000)
  }

  @Test func nestingIsBounded() {
    let selector = String(repeating: ":not(", count: 1000) + "p" + String(repeating: ")", count: 1000)
    #expect(throws: MarkupError.self) { try CSSSelector(selector) }
  }
}
