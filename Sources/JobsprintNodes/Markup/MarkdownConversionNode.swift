import JobsprintDomain
import JobsprintPorts

/// Converts between Markdown and HTML.
struct MarkdownConversionNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.markdown", displayName: "Markdown", summary: "Converts data between Markdown and HTML.",
    versions: [1],
    parameters: [
      NodeParameter(
        "mode", .choice, "The direction.", default: "htmlToMarkdown", choices: ["htmlToMarkdown", "markdownToHtml"]),
      NodeParameter("html", .text, "htmlToMarkdown: the HTML; required."),
      NodeParameter("markdown", .text, "markdownToHtml: the Markdown; required."),
      NodeParameter("destinationKey", .text, "The field that receives the result.", default: "data"),
    ] + toMarkdownOptions + toHTMLOptions)

  private static let toMarkdownOptions = [
    NodeParameter("options.bulletMarker", .text, "htmlToMarkdown: the mark of list items.", default: "*"),
    NodeParameter("options.codeFence", .text, "htmlToMarkdown: what fences code.", default: "```"),
    NodeParameter(
      "options.codeBlockStyle", .choice, "htmlToMarkdown: the form of code.", default: "fence",
      choices: ["fence", "indented"]),
    NodeParameter("options.emDelimiter", .text, "htmlToMarkdown: the mark of emphasis.", default: "_"),
    NodeParameter("options.strongDelimiter", .text, "htmlToMarkdown: the mark of strong emphasis.", default: "**"),
    NodeParameter("options.ignore", .text, "htmlToMarkdown: elements to leave out, joined by commas."),
    NodeParameter("options.blockElements", .text, "htmlToMarkdown: elements on lines of their own."),
    NodeParameter("options.keepDataImages", .boolean, "htmlToMarkdown: keeps images in data URLs.", default: false),
    NodeParameter("options.maxConsecutiveNewlines", .number, "htmlToMarkdown: line breaks in a row.", default: 3),
    NodeParameter("options.useLinkReferenceDefinitions", .boolean, "htmlToMarkdown: URLs at the end.", default: false),
    NodeParameter("options.textReplace.values", .list, "htmlToMarkdown: pattern and replacement."),
    NodeParameter(
      "options.globalEscape.value", .json,
      "htmlToMarkdown: {pattern, replacement} for characters that are escaped everywhere, instead of the usual ones."),
    NodeParameter(
      "options.lineStartEscape.value", .json,
      "htmlToMarkdown: {pattern, replacement} for what is escaped where a text begins, instead of the usual marks."),
  ]

  private static let toHTMLOptions =
    [
      ("backslashEscapesHTMLTags", "`\\<b>` is text"),
      ("disableForced4SpacesIndentedSublists", "less than four spaces indent a list"),
      ("emoji", "`:smile:` is 😄, by GitHub's most used names"),
      ("excludeTrailingPunctuationFromURLs", "no `.` behind a bare URL is part of it"),
      ("literalMidWordAsterisks", "`a*b*c` is text"), ("literalMidWordUnderscores", "`a_b_c` is text"),
      ("openLinksInNewWindow", "links open in a new window"), ("simpleLineBreaks", "every line break is one"),
      ("completeHTMLDocument", "a whole document"), ("customizedHeaderId", "`# Title {id}` names the id"),
      ("ghCompatibleHeaderId", "ids as GitHub makes them"), ("ghMentions", "`@name` is a link"),
      ("noHeaderId", "headings without ids"), ("omitExtraWLInCodeBlocks", "no line break at the end of code"),
      ("parseImgDimensions", "`![](url =100x80)` sets a size"), ("rawHeaderId", "ids keep their characters"),
      ("rawPrefixHeaderId", "the prefix is not changed"), ("requireSpaceBeforeHeadingText", "`#Title` is no heading"),
      ("simplifiedAutoLink", "bare URLs are links"), ("smartIndentationFix", "takes off a common indent"),
      ("splitAdjacentBlockquotes", "a blank line ends a quote"), ("strikethrough", "`~~text~~`"), ("tables", "tables"),
      ("tablesHeaderId", "header cells have ids"), ("tasklists", "`- [x]`"), ("underline", "`__text__` is underlined"),
    ].map { NodeParameter("options.\($0.0)", .boolean, "markdownToHtml: \($0.1).", default: false) } + [
      NodeParameter("options.encodeEmails", .boolean, "markdownToHtml: hides addresses in entities.", default: true),
      NodeParameter("options.ghCodeBlocks", .boolean, "markdownToHtml: fenced code.", default: true),
      NodeParameter(
        "options.ghMentionsLink", .text, "markdownToHtml: the URL of mentions.",
        default: "https://github.com/{u}"),
      NodeParameter("options.headerLevelStart", .number, "markdownToHtml: the level of the first heading.", default: 1),
      NodeParameter("options.prefixHeaderId", .text, "markdownToHtml: what ids begin with."),
    ]

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    switch try context.string("mode", default: "htmlToMarkdown") {
    case "htmlToMarkdown":
      var reading = SharedReading<HTMLToMarkdown.Options>(context, without: ["html", "destinationKey"])
      return try converted(context) { (place) throws(NodeError) in
        let options = try reading.settings { () throws(NodeError) in try toMarkdownOptions(place, context) }
        return try HTMLToMarkdown.markdown(of: context.string("html", item: place), options, item: place)
      }
    case "markdownToHtml":
      var reading = SharedReading<MarkdownToHTML.Options>(context, without: ["markdown", "destinationKey"])
      return try converted(context) { (place) throws(NodeError) in
        let options = try reading.settings { () throws(NodeError) in try toHTMLOptions(place, context) }
        return try MarkdownToHTML.html(of: context.string("markdown", item: place), options)
      }
    case let mode:
      return try converted(context) { (_) throws(NodeError) in
        throw context.unknownChoice("mode", mode, ["htmlToMarkdown", "markdownToHtml"])
      }
    }
  }

  private func converted(
    _ context: NodeContext, _ text: (Int) throws(NodeError) -> String
  ) throws(NodeError) -> NodeResult {
    try context.itemByItem { (item, place) throws(NodeError) in
      let text = try text(place)
      var result = item
      result.json.reserveCapacity(item.json.count + 1)
      result.json.set(
        try context.string("destinationKey", item: place, default: "data"), to: .string(text), dotNotation: true)
      return result
    }
  }

  private func toMarkdownOptions(
    _ place: Int, _ context: NodeContext
  ) throws(NodeError) -> HTMLToMarkdown.Options {
    func text(_ name: String, _ fallback: String) throws(NodeError) -> String {
      try context.string("options.\(name)", item: place, default: fallback)
    }
    func names(_ name: String) throws(NodeError) -> Set<String> {
      let value = try context.parameter("options.\(name)", item: place)
      let parts = value?.arrayValue?.map(\.asText) ?? value?.asText.split(separator: ",").map(String.init) ?? []
      return Set(parts.map { $0.trimmedOfSpace.lowercased() })
    }
    return HTMLToMarkdown.Options(
      bulletMarker: try text("bulletMarker", "*"), codeFence: try text("codeFence", "```"),
      indentsCodeBlocks: try text("codeBlockStyle", "fence") == "indented",
      emphasisDelimiter: try text("emDelimiter", "_"), strongDelimiter: try text("strongDelimiter", "**"),
      ignored: try names("ignore"), blocks: try names("blockElements"),
      keepsDataImages: try context.bool("options.keepDataImages", item: place),
      maxConsecutiveNewlines: Int(
        clamping: try context.number("options.maxConsecutiveNewlines", item: place, default: 3)),
      usesLinkReferences: try context.bool("options.useLinkReferenceDefinitions", item: place),
      escaping: try escaping(place, context))
  }

  private func escaping(_ place: Int, _ context: NodeContext) throws(NodeError) -> MarkdownEscaping {
    /// nil where nothing is to be looked for.
    func rule(_ value: JSONValue?) throws(NodeError) -> MarkdownEscaping.Rule? {
      guard let pattern = value?["pattern"]?.asText, !pattern.isEmpty else { return nil }
      return try MarkdownEscaping.Rule(pattern: pattern, replacement: value?["replacement"]?.asText ?? "")
    }
    var escaping = MarkdownEscaping(
      everywhere: try rule(context.parameter("options.globalEscape.value", item: place)),
      atLineStart: try rule(context.parameter("options.lineStartEscape.value", item: place)))
    for value in try context.parameter("options.textReplace.values", item: place)?.arrayValue ?? [] {
      if let rule = try rule(value) { escaping.replacements.append(rule) }
    }
    return escaping
  }

  private func toHTMLOptions(_ place: Int, _ context: NodeContext) throws(NodeError) -> MarkdownToHTML.Options {
    func option(_ name: String, _ fallback: Bool = false) throws(NodeError) -> Bool {
      try context.bool("options.\(name)", item: place, default: fallback)
    }
    let prefix = try context.parameter("options.prefixHeaderId", item: place)
    return MarkdownToHTML.Options(
      backslashEscapesHTMLTags: try option("backslashEscapesHTMLTags"),
      completeDocument: try option("completeHTMLDocument"), customizedHeaderID: try option("customizedHeaderId"),
      emoji: try option("emoji"), encodesEmails: try option("encodeEmails", true),
      excludesPunctuationFromURLs: try option("excludeTrailingPunctuationFromURLs"),
      ghCodeBlocks: try option("ghCodeBlocks", true),
      ghCompatibleHeaderID: try option("ghCompatibleHeaderId"), ghMentions: try option("ghMentions"),
      ghMentionsLink: try context.string("options.ghMentionsLink", item: place, default: "https://github.com/{u}"),
      headerLevelStart: Int(clamping: try context.number("options.headerLevelStart", item: place, default: 1)),
      literalMidWordAsterisks: try option("literalMidWordAsterisks"),
      literalMidWordUnderscores: try option("literalMidWordUnderscores"),
      noHeaderID: try option("noHeaderId"), omitsLastLineBreakInCode: try option("omitExtraWLInCodeBlocks"),
      opensLinksInNewWindow: try option("openLinksInNewWindow"),
      parsesImageDimensions: try option("parseImgDimensions"),
      headerIDPrefix: prefix == true ? "section-" : prefix?.stringValue ?? "", rawHeaderID: try option("rawHeaderId"),
      rawPrefixHeaderID: try option("rawPrefixHeaderId"),
      requiresSpaceBeforeHeading: try option("requireSpaceBeforeHeadingText"),
      simpleLineBreaks: try option("simpleLineBreaks"), simplifiedAutoLink: try option("simplifiedAutoLink"),
      fixesIndentation: try option("smartIndentationFix"),
      splitsAdjacentBlockquotes: try option("splitAdjacentBlockquotes"), strikethrough: try option("strikethrough"),
      tables: try option("tables"), tablesHeaderID: try option("tablesHeaderId"),
      takesAnyIndentOfLists: try option("disableForced4SpacesIndentedSublists"), taskLists: try option("tasklists"),
      underline: try option("underline"))
  }
}
