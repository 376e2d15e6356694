import JobsprintDomain
import JobsprintPorts
import LibXML2

/// Values taken out of HTML by CSS selectors: the work that the nodes `html` and `htmlExtract` share.
struct HTMLExtraction {
  private struct Value {
    let key: String
    let selector: CSSSelector
    /// `attribute`, `html`, `text` or `value`.
    let kind: String
    let attribute: String
    let skipped: CSSSelector?
    let isArray: Bool
  }

  private let values: [Value]
  private let trims: Bool
  private let cleansUp: Bool
  /// Text is laid out for people, instead of being taken as it stands.
  private let laysOutText: Bool

  static let parameters = [
    NodeParameter(
      "sourceData", .choice, "Extraction: where the HTML is.", default: "json", choices: ["binary", "json"]),
    NodeParameter("dataPropertyName", .text, "Extraction: the field, or the file, that holds it.", default: "data"),
    NodeParameter(
      "extractionValues.values", .list,
      "Extraction: key, cssSelector, returnValue (attribute, html, text, value), attribute, skipSelectors, returnArray."
    ),
    NodeParameter(
      "options.trimValues", .boolean, "Extraction: without outer space; the default of htmlExtract is true."),
    NodeParameter(
      "options.cleanUpText", .boolean, "Extraction: without line breaks and runs of space.", default: false),
  ]

  /// - Parameter trims: where the options don't say it.
  static func run(_ context: NodeContext, laysOutText: Bool, trims: Bool) throws(NodeError) -> NodeResult {
    var reading = SharedReading<HTMLExtraction>(context, without: ["dataPropertyName", "sourceData"])
    return try context.itemsByItem { (item, place) throws(NodeError) in
      let extraction = try reading.settings { () throws(NodeError) in
        try HTMLExtraction(context, item: place, laysOutText: laysOutText, trims: trims)
      }
      return try extraction.items(of: item, at: place, context)
    }
  }

  private init(_ context: NodeContext, item: Int, laysOutText: Bool, trims: Bool) throws(NodeError) {
    self.laysOutText = laysOutText
    self.trims = try context.bool("options.trimValues", item: item, default: trims)
    cleansUp = try context.bool("options.cleanUpText", item: item)
    let path = "extractionValues.values"
    let raw = try context.parameter(path, item: item)?.arrayValue ?? []
    var values: [Value] = []
    for (place, value) in raw.enumerated() {
      let kind = value["returnValue"]?.stringValue ?? "text"
      let kinds = ["attribute", "html", "text", "value"]
      guard kinds.contains(kind) else { throw context.unknownChoice("\(path).\(place).returnValue", kind, kinds) }
      let skipped = value["skipSelectors"]?.asText ?? ""
      values.append(
        Value(
          key: value["key"]?.asText ?? "",
          selector: try Self.selector(value["cssSelector"]?.asText ?? "", "\(path).\(place).cssSelector", item),
          kind: kind, attribute: value["attribute"]?.asText ?? "",
          skipped: skipped.isEmpty || kind != "text"
            ? nil : try Self.selector(skipped, "\(path).\(place).skipSelectors", item),
          isArray: value["returnArray"] == true))
    }
    self.values = values
  }

  private static func selector(_ text: String, _ path: String, _ item: Int) throws(NodeError) -> CSSSelector {
    do throws(MarkupError) { return try CSSSelector(text) } catch {
      throw NodeError(
        "The CSS selector '\(text)' can't be read: \(error.reason)", description: "Correct the selector.", item: item,
        context: ["parameter": .string(path)])
    }
  }

  /// One item for each HTML text of the source: an array of them is several.
  private func items(of item: Item, at place: Int, _ context: NodeContext) throws(NodeError) -> [Item] {
    var items: [Item] = []
    for html in try sources(item, place, context) {
      let tree = try MarkupTree.readingHTML(html, item: place)
      var json = JSONObject()
      for value in values { json[value.key] = try extracted(value, from: tree, at: place) }
      items.append(Item(json: json, pairedItem: item.pairedItem))
    }
    return items
  }

  private func sources(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> [String] {
    let property = try context.string("dataPropertyName", item: place, default: "data")
    if try context.string("sourceData", item: place, default: "json") == "binary" {
      return [String(decoding: try BinaryFile.content(property, of: item, at: place), as: UTF8.self)]
    }
    guard let value = FieldPath(property).value(in: item.json) else {
      throw NodeError(
        "No property named '\(property)' exists in the item", description: "Name the field that holds the HTML.",
        item: place, context: ["parameter": "dataPropertyName"])
    }
    var sources: [String] = []
    for html in value.arrayValue ?? [value] {
      guard let text = html.stringValue else {
        throw NodeError(
          "The field '\(property)' must be HTML text, not \(html.kindName)", item: place,
          context: ["parameter": "dataPropertyName"])
      }
      sources.append(text)
    }
    return sources
  }

  private func extracted(_ value: Value, from tree: MarkupTree, at place: Int) throws(NodeError) -> JSONValue? {
    let found: [MarkupTree.NodeID]
    let skipped: Set<MarkupTree.NodeID>
    do throws(MarkupError) {
      found = try tree.elements(value.selector)
      skipped = if let selector = value.skipped { Set(try tree.elements(selector)) } else { [] }
    } catch {
      throw NodeError("The value '\(value.key)' can't be extracted: \(error.reason)", item: place)
    }
    if value.isArray { return .array(found.compactMap { self.value(value, of: [$0], in: tree, skipped) }) }
    return self.value(value, of: found, in: tree, skipped)
  }

  private func value(
    _ wanted: Value, of found: [MarkupTree.NodeID], in tree: MarkupTree, _ skipped: Set<MarkupTree.NodeID>
  ) -> JSONValue? {
    switch wanted.kind {
    case "text":
      if laysOutText {
        return .string(cleaned(found.first.map { PlainText.of($0, in: tree, skipping: skipped) } ?? ""))
      }
      let text = found.map { tree.text(of: $0) }.joined()
      return text.isEmpty ? nil : .string(cleaned(text))
    case "html":
      let html = found.first.map { tree.innerHTML(of: $0) } ?? ""
      return html.isEmpty ? nil : .string(cleaned(html))
    case "value":
      return found.first.flatMap { Self.formValue(of: $0, in: tree) }.map { .string(cleaned($0)) }
    default:
      guard let first = found.first else { return nil }
      guard wanted.attribute.isEmpty else {
        return tree[first][attribute: wanted.attribute].map { .string(cleaned($0)) }
      }
      // Without a name: all of them.
      return .object(JSONObject(tree[first].attributes.map { ($0.name, .string($0.value)) }))
    }
  }

  private func cleaned(_ text: String) -> String {
    var text = text
    if trims { text = text.trimmedOfSpace }
    guard cleansUp else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.trimmedOfSpace.unicodeScalars where scalar != "\n" && scalar != "\r" {
      if !scalar.properties.isWhitespace {
        result.append(scalar)
      } else if result.last != " " {
        result.append(" ")
      }
    }
    return String(result)
  }

  /// What a form would send.
  private static func formValue(of id: MarkupTree.NodeID, in tree: MarkupTree) -> String? {
    switch tree[id].name {
    case "textarea": return tree.text(of: id)
    case "select":
      let options = tree.descendants(of: id).filter { tree[$0].name == "option" }
      let chosen = options.first { tree[$0][attribute: "selected"] != nil } ?? options.first
      return chosen.map { tree[$0][attribute: "value"] ?? tree.text(of: $0) }
    case "input":
      let type = tree[id][attribute: "type"]
      return tree[id][attribute: "value"] ?? (type == "checkbox" || type == "radio" ? "on" : nil)
    default: return tree[id][attribute: "value"]
    }
  }
}
