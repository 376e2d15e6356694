import JobsprintDomain
import JobsprintPorts
import LibXML2

/// Converts between XML text and JSON.
struct XMLNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.xml", displayName: "XML", summary: "Converts data from and to XML.", versions: [1],
    parameters: [
      NodeParameter("mode", .choice, "The direction.", default: "xmlToJson", choices: ["jsonToxml", "xmlToJson"]),
      NodeParameter("dataPropertyName", .text, "The field that holds or receives the XML.", default: "data"),
      NodeParameter("options.attrkey", .text, "The key of an element's attributes.", default: "$"),
      NodeParameter("options.charkey", .text, "The key of an element's text.", default: "_"),
      NodeParameter("options.explicitArray", .boolean, "xmlToJson: every child is an array.", default: false),
      NodeParameter("options.explicitCharkey", .boolean, "xmlToJson: every text has its key.", default: false),
      NodeParameter("options.explicitRoot", .boolean, "xmlToJson: the root element is kept.", default: true),
      NodeParameter("options.ignoreAttrs", .boolean, "xmlToJson: leaves attributes out.", default: false),
      NodeParameter("options.mergeAttrs", .boolean, "xmlToJson: attributes lie beside children.", default: true),
      NodeParameter("options.normalize", .boolean, "xmlToJson: runs of space become one.", default: false),
      NodeParameter("options.normalizeTags", .boolean, "xmlToJson: names in lower case.", default: false),
      NodeParameter("options.trim", .boolean, "xmlToJson: texts without outer space.", default: false),
      NodeParameter("options.allowSurrogateChars", .boolean, "jsonToxml: always so here.", default: false),
      NodeParameter("options.cdata", .boolean, "jsonToxml: CDATA where text would be escaped.", default: false),
      NodeParameter("options.headless", .boolean, "jsonToxml: without the XML declaration.", default: false),
      NodeParameter("options.rootName", .text, "jsonToxml: the root element's name.", default: "root"),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    switch try context.string("mode", default: "xmlToJson") {
    case "xmlToJson":
      var reading = SharedReading<(property: String, reader: XMLToJSON)>(context)
      return try context.itemByItem { (item, place) throws(NodeError) in
        let (property, reader) = try reading.settings { () throws(NodeError) in try Self.reader(context, item: place) }
        let text = try Self.text(property, of: item, at: place)
        let json = reader.value(of: try MarkupTree.readingXML(text, item: place))
        return Item(json: json, pairedItem: item.pairedItem)
      }
    case "jsonToxml":
      var reading = SharedReading<(property: String, writer: JSONToXML)>(context)
      return try context.itemByItem { (item, place) throws(NodeError) in
        let (property, writer) = try reading.settings { () throws(NodeError) in try Self.writer(context, item: place) }
        let text = try writer.text(of: item.json)
        return Item(json: [property: .string(text)], pairedItem: item.pairedItem)
      }
    case let mode:
      return try context.itemByItem { (_, _) throws(NodeError) -> Item in
        throw context.unknownChoice("mode", mode, ["jsonToxml", "xmlToJson"])
      }
    }
  }

  private static func property(_ context: NodeContext, item: Int) throws(NodeError) -> String {
    try context.string("dataPropertyName", item: item, default: "data")
  }

  private static func text(_ property: String, of item: Item, at place: Int) throws(NodeError) -> String {
    guard let found = FieldPath(property).value(in: item.json) else {
      throw NodeError(
        "Item has no JSON property called \"\(property)\"", description: "Name the field that holds the XML.",
        item: place, context: ["parameter": "dataPropertyName"])
    }
    guard let text = found.stringValue?.trimmedOfSpace, !text.isEmpty else {
      throw NodeError(
        "The field '\(property)' holds no XML text but \(found.stringValue == nil ? "a \(found.kindName)" : "nothing")",
        description: "To make XML of JSON, set the mode to 'JSON to XML'.", item: place)
    }
    return text
  }

  private static func reader(
    _ context: NodeContext, item: Int
  ) throws(NodeError) -> (property: String, reader: XMLToJSON) {
    func option(_ name: String, _ fallback: Bool) throws(NodeError) -> Bool {
      try context.bool("options.\(name)", item: item, default: fallback)
    }
    let reader = XMLToJSON(
      attributeKey: try context.string("options.attrkey", item: item, default: "$"),
      textKey: try context.string("options.charkey", item: item, default: "_"),
      alwaysUsesArrays: try option("explicitArray", false), alwaysUsesTextKey: try option("explicitCharkey", false),
      keepsRoot: try option("explicitRoot", true), ignoresAttributes: try option("ignoreAttrs", false),
      mergesAttributes: try option("mergeAttrs", true), collapsesSpace: try option("normalize", false),
      lowercasesNames: try option("normalizeTags", false), trims: try option("trim", false))
    return (try property(context, item: item), reader)
  }

  private static func writer(
    _ context: NodeContext, item: Int
  ) throws(NodeError) -> (property: String, writer: JSONToXML) {
    let writer = JSONToXML(
      attributeKey: try context.string("options.attrkey", item: item, default: "$"),
      textKey: try context.string("options.charkey", item: item, default: "_"),
      usesCDATA: try context.bool("options.cdata", item: item),
      isHeadless: try context.bool("options.headless", item: item),
      rootName: try context.string("options.rootName", item: item, default: "root"))
    return (try property(context, item: item), writer)
  }
}
