import JobsprintDomain
import Testing

@Suite("markdown")
struct MarkdownNodeTests {
  private func toHTML(_ markdown: String, _ options: String = "{}") async throws -> String? {
    let parameters =
      #"{"mode": "markdownToHtml", "markdown": \#(JSONValue.string(markdown).jsonText), "options": \#(options)}"#
    return try await SingleNodeRun(type: "n8n-nodes-base.markdown", parameters: parameters).value()?.stringValue
  }

  private func toMarkdown(_ html: String, _ options: String = "{}") async throws -> String? {
    let parameters = #"{"html": \#(JSONValue.string(html).jsonText), "options": \#(options)}"#
    return try await SingleNodeRun(type: "n8n-nodes-base.markdown", parameters: parameters).value()?.stringValue
  }

  @Test(arguments: [
    ("#Some *Title*", "<h1 id=\"sometitle\">Some <em>Title</em></h1>"),
    ("# A\n\n# A", "<h1 id=\"a\">A</h1>\n<h1 id=\"a-1\">A</h1>"),
    ("a & b < c...", "<p>a &amp; b &lt; c…</p>"),
    (
      "[x](http://a.b \"T\") ![i](j.png)",
      "<p><a href=\"http://a.b\" title=\"T\">x</a> <img src=\"j.png\" alt=\"i\" /></p>"
    ),
    ("- a\n- b\n    - c", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul></li>\n</ul>"),
    ("1. a\n\n2. b", "<ol>\n<li><p>a</p></li>\n<li><p>b</p></li>\n</ol>"),
    ("> a\n\n> b", "<blockquote>\n  <p>a</p>\n  <p>b</p>\n</blockquote>"),
    ("```js\na < b\n```", "<pre><code class=\"js language-js\">a &lt; b\n</code></pre>"),
    ("a  \nb `c`\n\n---", "<p>a<br />\nb <code>c</code></p>\n<hr />"),
    ("<div>raw</div>", "<div>raw</div>"), ("~~a~~", "<p>~~a~~</p>"), ("", ""),
  ])
  func markdownBecomesHTML(markdown: String, expected: String) async throws {
    #expect(try await toHTML(markdown) == expected)
  }

  @Test(arguments: [
    ("~~a~~", #"{"strikethrough": true}"#, "<p><del>a</del></p>"),
    ("#a", #"{"requireSpaceBeforeHeadingText": true}"#, "<p>#a</p>"), ("# a", #"{"noHeaderId": true}"#, "<h1>a</h1>"),
    ("# a b", #"{"ghCompatibleHeaderId": true}"#, "<h1 id=\"a-b\">a b</h1>"),
    ("# a b", #"{"prefixHeaderId": "p-", "rawPrefixHeaderId": true}"#, "<h1 id=\"p-ab\">a b</h1>"),
    ("# a {own}", #"{"customizedHeaderId": true}"#, "<h1 id=\"own\">a</h1>"),
    ("# a", #"{"headerLevelStart": 3}"#, "<h3 id=\"a\">a</h3>"),
    ("a\nb", #"{"simpleLineBreaks": true}"#, "<p>a<br />\nb</p>"),
    (
      "[a](b)", #"{"openLinksInNewWindow": true}"#,
      "<p><a href=\"b\" rel=\"noopener noreferrer\" target=\"_blank\">a</a></p>"
    ),
    ("see http://a.b/c", #"{"simplifiedAutoLink": true}"#, "<p>see <a href=\"http://a.b/c\">http://a.b/c</a></p>"),
    ("__a__", #"{"underline": true}"#, "<p><u>a</u></p>"),
    ("hi @ann.", #"{"ghMentions": true}"#, "<p>hi <a href=\"https://github.com/ann\">@ann</a>.</p>"),
    (
      "![a](b =1x*)", #"{"parseImgDimensions": true}"#, "<p><img src=\"b\" alt=\"a\" width=\"1\" height=\"auto\" /></p>"
    ),
    (
      "> a\n\n> b", #"{"splitAdjacentBlockquotes": true}"#,
      "<blockquote>\n  <p>a</p>\n</blockquote>\n<blockquote>\n  <p>b</p>\n</blockquote>"
    ),
    (
      "| a | b |\n|:--|--|\n| 1 | 2 |", #"{"tables": true}"#,
      """
      <table>\n<thead>\n<tr>\n<th style="text-align:left;">a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n\
      <td style="text-align:left;">1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>
      """
    ),
  ])
  func optionsChangeTheHTML(markdown: String, options: String, expected: String) async throws {
    #expect(try await toHTML(markdown, options) == expected)
  }

  @Test(arguments: [
    ("<h2>A<br>b</h2><p>x</p>", "## A b\n\nx"), ("<b>a</b> <i>b</i> <s>c</s>", "**a** _b_ ~~c~~"),
    ("<p>a <b> b </b>c</p>", "a **b** c"), ("<a href='u' title='t'>x</a> <a>y</a>", "[x](u \"t\") y"),
    ("<a href='http://a.b'>http://a.b</a>", "<http://a.b>"), ("<img src=a alt=b>", "![b](a)"),
    ("<img src='data:x'>", ""), ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "* a\n* b\n  1. c"),
    ("<pre><code class='language-js'>a *b*\n</code></pre>", "```js\na *b*\n```"), ("<code>a`b</code>", "`` a`b ``"),
    ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"), ("a<hr>b", "a\n\n---\n\nb"), ("a<br>b", "a  \nb"),
    ("<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td></tr></table>", "| a | b |\n| --- | --- |\n| 1\\|2 |  |"),
    ("<script>x</script><style>y</style>z", "z"), ("a*b_c", "a\\*b\\_c"), ("", ""),
  ])
  func htmlBecomesMarkdown(html: String, expected: String) async throws {
    #expect(try await toMarkdown(html) == expected)
  }

  @Test(arguments: [
    (
      "<ul><li>a</li></ul><b>b</b><i>c</i>", #"{"bulletMarker": "-", "strongDelimiter": "__", "emDelimiter": "*"}"#,
      "- a\n\n__b__*c*"
    ),
    ("<div>a</div><b>b</b>c", #"{"ignore": "div, b"}"#, "c"),
    ("a<x-y>b</x-y>", #"{"blockElements": ["x-y"]}"#, "a\n\nb"),
    ("<a href=u>x</a>", #"{"useLinkReferenceDefinitions": true}"#, "[x][1]\n\n[1]: u"),
    ("<pre>a</pre>", #"{"codeBlockStyle": "indented"}"#, "    a"),
    ("<p>a</p><p>b</p>", #"{"maxConsecutiveNewlines": 1}"#, "a\nb"),
    ("<img src='data:x'>", #"{"keepDataImages": true}"#, "![](data:x)"),
    ("a1b2", #"{"textReplace": {"values": [{"pattern": "\\d", "replacement": "-"}]}}"#, "a-b-"),
  ])
  func optionsChangeTheMarkdown(html: String, options: String, expected: String) async throws {
    #expect(try await toMarkdown(html, options) == expected)
  }

  @Test func badInputIsAnError() async throws {
    let deep = String(repeating: "<div>", count: 5000)
    #expect(
      try await SingleNodeRun(type: "n8n-nodes-base.markdown", parameters: #"{"html": "\#(deep)"}"#).failure()?.message
        .contains("The HTML can't be read") == true)
    #expect(
      try await SingleNodeRun(type: "n8n-nodes-base.markdown", parameters: #"{"mode": "x"}"#).failure()?.message
        .contains("'mode'") == true)
  }
}
