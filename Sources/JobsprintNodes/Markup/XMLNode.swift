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
    let mode = try context.string("mode", default: "xmlToJson")
    return try context.itemByItem { (item, place) throws(NodeError) in
      switch mode {
      case "xmlToJson": try [Item(json: parsed(item, place, context), pairedItem: item.pairedItem)]
      case "jsonToxml": try [Item(json: built(item, place, context), pairedItem: item.pairedItem)]
      default: throw context.unknownChoice("mode", mode, ["jsonToxml", "xmlToJson"])
      }
    }
  }

  private func parsed(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    let property = try context.string("dataPropertyName", item: place, default: "data")
    guard let found = FieldPath(property).value(in: item.json) else {
      throw NodeError(
        "Item has no JSON property called \"\(property)\"", description: "Name the field that holds the XML.",
        item: place, context: ["parameter": "dataPropertyName"])
    }
    guard let text = found.stringValue, !text.trimmedOfSpace.isEmpty else {
      throw NodeError(
        "The field '\(property)' holds no XML text but \(found.stringValue == nil ? "a \(found.kindName)" : "nothing")",
        description: "To make XML of JSON, set the mode to 'JSON to XML'.", item: place)
    }
    func option(_ name: String, _ fallback: Bool) throws(NodeError) -> Bool {
      try context.bool("options.\(name)", item: place, default: fallback)
    }
    return XMLToJSON(
      attributeKey: try context.string("options.attrkey", item: place, default: "$"),
      textKey: try context.string("options.charkey", item: place, default: "_"),
      alwaysUsesArrays: try option("explicitArray", false), alwaysUsesTextKey: try option("explicitCharkey", false),
      keepsRoot: try option("explicitRoot", true), ignoresAttributes: try option("ignoreAttrs", false),
      mergesAttributes: try option("mergeAttrs", true), collapsesSpace: try option("normalize", false),
      lowercasesNames: try option("normalizeTags", false), trims: try option("trim", false)
    ).value(of: try MarkupTree.readingXML(text.trimmedOfSpace, item: place))
  }

  private func built(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> JSONObject {
    let builder = JSONToXML(
      attributeKey: try context.string("options.attrkey", item: place, default: "$"),
      textKey: try context.string("options.charkey", item: place, default: "_"),
      usesCDATA: try context.bool("options.cdata", item: place),
      isHeadless: try context.bool("options.headless", item: place),
      rootName: try context.string("options.rootName", item: place, default: "root"))
    let property = try context.string("dataPropertyName", item: place, default: "data")
    return [property: .string(try builder.text(of: item.json))]
  }
}
