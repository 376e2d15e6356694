import JobsprintDomain
import JobsprintPorts

/// Makes files of items' data.
struct ConvertToFileNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.convertToFile", displayName: "Convert to File", summary: "Converts JSON data to a file.",
    versions: [1, 1.1],
    parameters: [
      NodeParameter("operation", .choice, "What is made.", default: "csv", choices: operations),
      NodeParameter("binaryPropertyName", .text, "The property that receives the file.", default: "data"),
      NodeParameter("sourceProperty", .text, "toText, toBinary: the field whose value goes into the file; required."),
      NodeParameter(
        "mode", .choice, "toJson: one file of all items, or one of each.", default: "once", choices: ["once", "each"]),
      NodeParameter("title", .text, "iCal: the event's title."),
      NodeParameter("start", .text, "iCal: when the event begins."),
      NodeParameter("end", .text, "iCal: when the event ends."),
      NodeParameter("allDay", .boolean, "iCal: the event has no times.", default: false),
      NodeParameter("additionalFields", .json, "iCal: description, location, url, uid and others."),
      NodeParameter("options.fileName", .text, "The file's name."),
      NodeParameter("options.delimiter", .text, "csv: what separates fields.", default: ","),
      NodeParameter("options.headerRow", .boolean, "csv, html: the first row has the columns' names.", default: true),
      NodeParameter("options.format", .boolean, "toJson: indented for people.", default: false),
      NodeParameter("options.encoding", .text, "toText, toJson: the text encoding.", default: "utf8"),
      NodeParameter("options.addBOM", .boolean, "toText, toJson: begins with a byte order mark.", default: false),
      NodeParameter("options.mimeType", .text, "toBinary: the file's media type."),
      NodeParameter("options.dataIsBase64", .boolean, "toBinary in version 1: the value is Base64.", default: true),
    ])

  private static let operations = ["csv", "html", "iCal", "toJson", "toText", "toBinary"]
  private static let unsupported: Set = ["ods", "rtf", "xls", "xlsx"]

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let operation = try context.string("operation", default: "csv")
    switch operation {
    case "csv", "html": return try whole(context) { (items) throws(NodeError) in try table(items, operation, context) }
    case "toJson" where try context.string("mode", default: "once") == "once":
      return try whole(context) { (items) throws(NodeError) in
        try json(.array(items.data), 0, context)
      }
    case "toJson", "toText", "toBinary", "iCal":
      return try context.itemByItem { (item, place) throws(NodeError) in
        let file =
          switch operation {
          case "toJson": try json(.object(item.json), place, context)
          case "toText": try text(item, place, context)
          case "toBinary": try binary(item, place, context)
          default: try CalendarEvent(context, item: place).file
          }
        let property = try context.string("binaryPropertyName", item: place, default: "data")
        return [Item(json: [:], pairedItem: item.pairedItem).adding(file, as: property)]
      }
    case _ where Self.unsupported.contains(operation):
      throw NodeError(
        "Files of the kind '\(operation)' are not supported", description: "Use csv or html for tables.",
        context: ["parameter": "operation"])
    default: throw context.unknownChoice("operation", operation, Self.operations)
    }
  }

  /// One file of all items.
  private func whole(
    _ context: NodeContext, _ make: ([Item]) throws(NodeError) -> BinaryFile
  ) throws(NodeError) -> NodeResult {
    do throws(NodeError) {
      let property = try context.string("binaryPropertyName", default: "data")
      let item = Item(json: [:], pairedItem: context.items.pairing).adding(try make(context.items), as: property)
      return .outputs([[item]])
    } catch {
      guard context.continuesOnFail, let first = context.items.first else { throw error }
      return .outputs([[first.reporting(error)]])
    }
  }

  private func table(_ items: [Item], _ operation: String, _ context: NodeContext) throws(NodeError) -> BinaryFile {
    let table = ItemTable(items)
    let hasHeader = try context.bool("options.headerRow", default: true)
    let name = try context.string("options.fileName")
    if operation == "html" {
      let page = table.html(withHeader: hasHeader)
      return BinaryFile(Array(page.utf8), fileName: named(name, "spreadsheet.html"), mimeType: "text/html")
    }
    // Spreadsheet programs tell UTF-8 by the byte order mark.
    let rows = table.texts(withHeader: hasHeader)
    let text = CommaSeparatedValues.text(rows, delimiter: try context.string("options.delimiter", default: ","))
    return BinaryFile(
      Array("\u{FEFF}\(text)".utf8), fileName: named(name, "spreadsheet.csv"), mimeType: "text/csv")
  }

  private func json(_ value: JSONValue, _ place: Int, _ context: NodeContext) throws(NodeError) -> BinaryFile {
    let isIndented = try context.bool("options.format", item: place)
    return try file(
      isIndented ? value.indentedText() : value.jsonText, place, context, mimeType: "application/json",
      name: "file.json")
  }

  private func text(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> BinaryFile {
    try file(source(item, place, context).asText, place, context, mimeType: "text/plain", name: "file.txt")
  }

  private func file(
    _ text: String, _ place: Int, _ context: NodeContext, mimeType: String, name: String
  ) throws(NodeError) -> BinaryFile {
    let encoding = try TextEncoding(context.string("options.encoding", item: place, default: "utf8"))
    let bytes = try encoding.bytes(text, addsByteOrderMark: context.bool("options.addBOM", item: place))
    let chosen = try context.string("options.fileName", item: place)
    return BinaryFile(bytes, fileName: context.typeVersion < 1.1 ? chosen : named(chosen, name), mimeType: mimeType)
  }

  private func binary(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> BinaryFile {
    let value = try source(item, place, context).asText
    let saysBase64 = try context.bool("options.dataIsBase64", item: place, default: true)
    let isBase64 = context.typeVersion >= 1.1 || saysBase64
    let name = try context.string("options.fileName", item: place)
    let mimeType = try context.string("options.mimeType", item: place)
    guard isBase64 else { return BinaryFile(Array(value.utf8), fileName: name, mimeType: mimeType) }
    guard let bytes = Base64.bytes(value) else {
      throw NodeError(
        "The value of the field '\(try context.string("sourceProperty", item: place))' is not valid Base64",
        description: "Use the operation 'Convert to Text File' for plain text.", item: place)
    }
    return BinaryFile(bytes, fileName: name, mimeType: mimeType)
  }

  private func source(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> JSONValue {
    let path = try context.string("sourceProperty", item: place)
    guard !path.isEmpty, let value = FieldPath(path).value(in: item.json) else {
      throw NodeError(
        "The value in '\(path)' is not set [item \(place)]",
        description: "Name a field of the item in 'Text/Base64 Input Field'.", item: place,
        context: ["parameter": "sourceProperty"])
    }
    return value
  }

  private func named(_ chosen: String, _ fallback: String) -> String { chosen.isEmpty ? fallback : chosen }
}

extension JSONValue {
  /// JSON with two spaces for each level, as `JSON.stringify(value, null, 2)` writes it.
  func indentedText(_ depth: Int = 0) -> String {
    let inner = String(repeating: "  ", count: depth + 1)
    let outer = String(repeating: "  ", count: depth)
    switch self {
    case .array(let elements) where !elements.isEmpty:
      return "[\n" + elements.map { inner + $0.indentedText(depth + 1) }.joined(separator: ",\n") + "\n\(outer)]"
    case .object(let members) where !members.isEmpty:
      return "{\n"
        + members.map { "\(inner)\(JSONValue.string($0.key).jsonText): \($0.value.indentedText(depth + 1))" }
        .joined(separator: ",\n") + "\n\(outer)}"
    default: return jsonText
    }
  }
}

extension String {
  /// With `&`, `<`, `>`, `"` as entities.
  var escapedForHTML: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
