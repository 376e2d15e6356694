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
    ("a_b_c d__e__f", "<p>a<em>b</em>c d<strong>e</strong>f</p>"), ("a_b and _c_", "<p>a_b and <em>c</em></p>"),
    ("a\\_b_c `x_y_z`", "<p>a_b_c <code>x_y_z</code></p>"),
    (
      "[a](b_c_d) <http://x.y/b_c_d>",
      "<p><a href=\"b_c_d\">a</a> <a href=\"http://x.y/b_c_d\">http://x.y/b_c_d</a></p>"
    ),
    ("```\na_b_c\n```", "<pre><code>a_b_c\n</code></pre>"),
    ("a\n\n    b_c_d", "<p>a</p>\n<pre><code>b_c_d\n</code></pre>"),
    ("a*b*c :smile: \\<b>", "<p>a<em>b</em>c :smile: &lt;b></p>"),
    ("- a\n  - b\n    - c", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul></li>\n</ul>"),
    ("1. a\n   - b\n\ntext", "<ol>\n<li>a</li>\n</ol>\n<ul>\n<li>b</li>\n</ul>\n<p>text</p>"),
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
    ("a_b_c _d_", #"{"literalMidWordUnderscores": true}"#, "<p>a_b_c <em>d</em></p>"),
    ("a*b*c a**b**c *d*", #"{"literalMidWordAsterisks": true}"#, "<p>a*b*c a**b**c <em>d</em></p>"),
    (":smile: :+1: :nosuchemoji: `:smile:`", #"{"emoji": true}"#, "<p>😄 👍 :nosuchemoji: <code>:smile:</code></p>"),
    (
      "\\<b>x\\</b> \\<i\\> `\\<b>`", #"{"backslashEscapesHTMLTags": true}"#,
      "<p>&lt;b&gt;x&lt;/b&gt; &lt;i&gt; <code>\\&lt;b&gt;</code></p>"
    ),
    (
      "- a\n  - b", #"{"disableForced4SpacesIndentedSublists": true}"#,
      "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul></li>\n</ul>"
    ),
    (
      "see http://a.b/c. So", #"{"simplifiedAutoLink": true}"#,
      "<p>see <a href=\"http://a.b/c\">http://a.b/c.</a> So</p>"
    ),
    (
      "see http://a.b/c. So", #"{"simplifiedAutoLink": true, "excludeTrailingPunctuationFromURLs": true}"#,
      "<p>see <a href=\"http://a.b/c\">http://a.b/c</a>. So</p>"
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
    ("<img src='data:x'>", ""), ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "* a\n* b  \n   1. c"),
    ("<ul><li><p>a</p><p>b<br>c</p></li><li> </li><li>d</li></ul>e", "* a  \nb  \nc\n* d\ne"),
    ("<b>a</b><b>b</b><code>c</code><code>d</code>", "**a** **b**`c` `d`"),
    (
      "<table><caption>T</caption><tr><td>a<br>b</td><td><ul><li>c</li></ul></td></tr></table>",
      "__T__\n| ab | c |\n| -- | - |"
    ),
    ("<pre><code class='language-js'>a *b*\n</code></pre>", "```js\na *b*\n```"), ("<code>a`b</code>", "`` a`b ``"),
    ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"), ("a<hr>b", "a\n\n---\n\nb"), ("a<br>b", "a  \nb"),
    ("<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td></tr></table>", "| a    | b |\n| ---- | - |\n| 1\\|2 |   |"),
    ("<a href='u_(v)*'>x_y</a>", "[x\\_y](u%5F%28v%29%2A)"), ("<p># a</p><p>- b</p><p>+c</p>", "\\# a\n\n\\- b\n\n+c"),
    ("<p>1. a</p><h2>In 2020. b</h2><p>1.5</p>", "1\\. a\n\n## In 2020\\. b\n\n1.5"), ("<p>&gt; q</p>", "\\> q"),
    ("<script>x</script><style>y</style>z", "z"), ("a*b_c", "a\\*b\\_c"), ("", ""),
  ])
  func htmlBecomesMarkdown(html: String, expected: String) async throws {
    #expect(try await toMarkdown(html) == expected)
  }

  @Test(arguments: [
    (
      "<ul><li>a</li></ul><b>b</b><i>c</i>", #"{"bulletMarker": "-", "strongDelimiter": "__", "emDelimiter": "*"}"#,
      "- a\n__b__*c*"
    ),
    ("<div>a</div><b>b</b>c", #"{"ignore": "div, b"}"#, "c"),
    ("a<x-y>b</x-y>", #"{"blockElements": ["x-y"]}"#, "a\n\nb"),
    ("<a href=u>x</a>", #"{"useLinkReferenceDefinitions": true}"#, "[x][1]\n\n[1]: u"),
    ("<pre>a</pre>", #"{"codeBlockStyle": "indented"}"#, "    a"),
    ("<p>a</p><p>b</p>", #"{"maxConsecutiveNewlines": 1}"#, "a\nb"),
    ("<img src='data:x'>", #"{"keepDataImages": true}"#, "![](data:x)"),
    ("a1b2", #"{"textReplace": {"values": [{"pattern": "\\d", "replacement": "-"}]}}"#, "a-b-"),
    ("<b>a*</b>", #"{"textReplace": {"values": [{"pattern": "\\*", "replacement": "x"}]}}"#, "**a\\x**"),
    ("<p># a_b*c</p>", #"{"globalEscape": {"value": {"pattern": "_", "replacement": "\\$&"}}}"#, "\\# a\\_b*c"),
    ("<p># a</p><p>! b</p>", #"{"lineStartEscape": {"value": {"pattern": "^!", "replacement": "?"}}}"#, "# a\n\n? b"),
  ])
  func optionsChangeTheMarkdown(html: String, options: String, expected: String) async throws {
    #expect(try await toMarkdown(html, options) == expected)
  }

  /// What ends nowhere is not looked for again from every mark: a sixth of such a line took more than a minute.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      ("a", "_b"), ("`a``b```c", "_b_"), ("<a", "_b_"), ("](a", "_b_"), ("[a]:", "_b_"), ("a://", "_b_"),
      ("![a](b =1x1 ", "_b_"), ("![", "_b_"), ("![](a", "_b_"), (":a", "_b_"), ("\\<a", "_b_"), ("_a ", "_b_"),
      ("a__b_", "_b_"), ("a*b**", "_b_"),
    ])
  func aLongLineIsReadOnce(part: String, end: String) async throws {
    let options =
      #"{"backslashEscapesHTMLTags": true, "emoji": true, "literalMidWordAsterisks": true,"#
      + #" "parseImgDimensions": true, "simplifiedAutoLink": true}"#
    let line = String(repeating: part, count: 200_000 / part.utf8.count) + end
    #expect(try await toHTML("x " + line, options)?.hasPrefix("<p>x ") == true)
  }

  @Test func badInputIsAnError() async throws {
    let wrongPattern = #"{"html": "<p>a</p>", "options": {"globalEscape": {"value": {"pattern": "("}}}}"#
    #expect(
      try await SingleNodeRun(type: "n8n-nodes-base.markdown", parameters: wrongPattern).failure()?.message
        .contains("regular expression '('") == true)
    let deep = String(repeating: "<div>", count: 5000)
    #expect(
      try await SingleNodeRun(type: "n8n-nodes-base.markdown", parameters: #"{"html": "\#(deep)"}"#).failure()?.message
        .contains("The HTML can't be read") == true)
    #expect(
      try await SingleNodeRun(type: "n8n-nodes-base.markdown", parameters: #"{"mode": "x"}"#).failure()?.message
        .contains("'mode'") == true)
  }
}
