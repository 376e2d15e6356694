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
      NodeParameter("end", .text, "iCal: when the event ends; where it is not set, when it begins."),
      NodeParameter("allDay", .boolean, "iCal: the event has no times.", default: false),
      NodeParameter("additionalFields", .json, "iCal: " + CalendarEvent.fields),
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
        try FileForm(operation, context, item: 0).file(of: .array(items.data))
      }
    case "toJson", "toText", "toBinary":
      var reading = SharedReading<FileForm>(context)
      var near = 0
      return try context.itemByItem { (item, place) throws(NodeError) in
        let form = try reading.settings { () throws(NodeError) in try FileForm(operation, context, item: place) }
        return Item(file: try form.file(of: item, at: place, near: &near), as: form.property, item.pairedItem)
      }
    case "iCal": return try CalendarEvent.files(context)
    case _ where Self.unsupported.contains(operation):
      throw NodeError(
        "Files of the kind '\(operation)' are not supported", description: "Use csv or html for tables.",
        context: ["parameter": "operation"])
    default: throw context.unknownChoice("operation", operation, Self.operations)
    }
  }

  /// One file of all items.
  private func whole(
    _ context: NodeContext, _ make: ([Item]) throws(NodeError) -> JSONValue
  ) throws(NodeError) -> NodeResult {
    do throws(NodeError) {
      let property = try context.string("binaryPropertyName", default: "data")
      return .outputs([[Item(file: try make(context.items), as: property, context.items.pairing)]])
    } catch {
      guard context.continuesOnFail, let first = context.items.first else { throw error }
      return .outputs([[first.reporting(error)]])
    }
  }

  private func table(_ items: [Item], _ operation: String, _ context: NodeContext) throws(NodeError) -> JSONValue {
    let table = ItemTable(items)
    let hasHeader = try context.bool("options.headerRow", default: true)
    let name = try context.string("options.fileName")
    if operation == "html" {
      return BinaryFile.Label(fileName: name.isEmpty ? "spreadsheet.html" : name, mimeType: "text/html")
        .file(of: table.html(withHeader: hasHeader).utf8)
    }
    let bytes = table.commaSeparated(
      delimiter: try context.string("options.delimiter", default: ","), withHeader: hasHeader)
    return BinaryFile.Label(fileName: name.isEmpty ? "spreadsheet.csv" : name, mimeType: "text/csv").file(of: bytes)
  }
}

/// How the file of an item is made, as the parameters say. A class, because it is handed around for every item.
private final class FileForm: Sendable {
  private enum Content: Sendable {
    case json(isIndented: Bool)
    case text
    case binary(isBase64: Bool)
  }

  /// What receives the file.
  let property: String
  private let content: Content
  /// The field whose value goes into the file.
  private let source: FieldPath
  private let encoding: TextEncoding
  private let addsByteOrderMark: Bool
  /// The file is the text's UTF-8 as it is.
  private let isPlain: Bool
  private let label: BinaryFile.Label

  /// - Parameter operation: toJson, toText or toBinary.
  init(_ operation: String, _ context: NodeContext, item: Int) throws(NodeError) {
    property = try context.string("binaryPropertyName", item: item, default: "data")
    source = FieldPath(try context.string("sourceProperty", item: item))
    let name = try context.string("options.fileName", item: item)
    if operation == "toBinary" {
      let saysBase64 = try context.bool("options.dataIsBase64", item: item, default: true)
      content = .binary(isBase64: context.typeVersion >= 1.1 || saysBase64)
      (encoding, addsByteOrderMark, isPlain) = (.utf8, false, true)
      label = BinaryFile.Label(fileName: name, mimeType: try context.string("options.mimeType", item: item))
      return
    }
    let isJSON = operation == "toJson"
    content = isJSON ? .json(isIndented: try context.bool("options.format", item: item)) : .text
    encoding = try TextEncoding(context.string("options.encoding", item: item, default: "utf8"))
    addsByteOrderMark = try context.bool("options.addBOM", item: item)
    isPlain = encoding.isUTF8 && !addsByteOrderMark
    let usual = isJSON ? "file.json" : "file.txt"
    label = BinaryFile.Label(
      fileName: name.isEmpty && context.typeVersion >= 1.1 ? usual : name,
      mimeType: isJSON ? "application/json" : "text/plain")
  }

  /// - Parameter near: where the field was in the item before.
  func file(of item: Item, at place: Int, near: inout Int) throws(NodeError) -> JSONValue {
    switch content {
    case .json: return try file(of: .object(item.json))
    case .text:
      guard isPlain, !source.name.isEmpty, let length = item.json.textLength(of: source.name, near: &near) else {
        return try file(of: value(of: item, at: place, near: &near).asText)
      }
      // The item keeps its text: one that is taken out is counted, and that took 14 % of the time and more.
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { bytes in
        let written = item.json.writeText(at: near, to: bytes)
        return label.file(of: UnsafeBufferPointer(rebasing: bytes[..<written]))
      }
    case .binary(let isBase64):
      let text = try value(of: item, at: place, near: &near).asText
      guard let bytes = isBase64 ? Base64.bytes(text) : Array(text.utf8) else {
        throw NodeError(
          "The value of the field '\(source.name)' is not valid Base64",
          description: "Use the operation 'Convert to Text File' for plain text.", item: place)
      }
      return label.file(of: bytes)
    }
  }

  /// A value as JSON.
  func file(of value: JSONValue) throws(NodeError) -> JSONValue {
    if case .json(isIndented: true) = content { return try file(of: value.indentedText()) }
    return label.file(of: try encoding.bytes(json: value, addsByteOrderMark: addsByteOrderMark))
  }

  private func file(of text: String) throws(NodeError) -> JSONValue {
    if isPlain { return label.file(of: text.utf8) }
    return label.file(of: try encoding.bytes(text, addsByteOrderMark: addsByteOrderMark))
  }

  private func value(of item: Item, at place: Int, near: inout Int) throws(NodeError) -> JSONValue {
    guard !source.name.isEmpty, let value = source.value(in: item.json, near: &near) else {
      throw NodeError(
        "The value in '\(source.name)' is not set [item \(place)]",
        description: "Name a field of the item in 'Text/Base64 Input Field'.", item: place,
        context: ["parameter": "sourceProperty"])
    }
    return value
  }
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
