import JobsprintDomain
import JobsprintPorts
import LibXML2

/// Makes items of files.
struct ExtractFromFileNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.extractFromFile", displayName: "Extract from File", summary: "Converts a file to JSON data.",
    versions: [1, 1.1],
    parameters: [
      NodeParameter("operation", .choice, "What the file is.", default: "csv", choices: operations),
      NodeParameter("binaryPropertyName", .text, "The property that holds the file.", default: "data"),
      NodeParameter("destinationKey", .text, "The field that receives the content.", default: "data"),
      NodeParameter("options.encoding", .text, "The text encoding of the file.", default: "utf8"),
      NodeParameter("options.stripBOM", .boolean, "Removes a byte order mark (not csv).", default: true),
      NodeParameter(
        "options.keepSource", .choice, "What of the item stays.", choices: ["json", "binary", "both"]),
      NodeParameter("options.delimiter", .text, "csv: what separates fields.", default: ","),
      NodeParameter("options.enableBOM", .boolean, "csv: removes a byte order mark.", default: false),
      NodeParameter("options.headerRow", .boolean, "csv, html: the first row names the columns.", default: true),
      NodeParameter("options.fromLine", .number, "csv: the line to begin with, from 1.", default: 0),
      NodeParameter("options.maxRowCount", .number, "csv: the most rows that are read; -1 for all.", default: -1),
      NodeParameter("options.includeEmptyCells", .boolean, "csv, html: keeps empty cells as ''.", default: false),
      NodeParameter("options.relaxQuotes", .boolean, "csv: quotes inside unquoted fields are data.", default: false),
      NodeParameter("options.skipRecordsWithErrors", .json, "csv: leaves bad rows out.", default: false),
    ])

  private static let operations = ["binaryToPropery", "csv", "fromIcs", "fromJson", "html", "text", "xml"]
  private static let unsupported: Set = ["ods", "pdf", "rtf", "xls", "xlsx"]

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let operation = try context.string("operation", default: "csv")
    if Self.unsupported.contains(operation) {
      throw NodeError(
        "Files of the kind '\(operation)' are not supported", description: "Convert the file to csv or text first.",
        context: ["parameter": "operation"])
    }
    guard Self.operations.contains(operation) else {
      throw context.unknownChoice("operation", operation, Self.operations)
    }
    var reading = SharedReading<Options>(context)
    return try context.itemsByItem { (item, place) throws(NodeError) in
      let options = try reading.settings { () throws(NodeError) in try Options(context, item: place) }
      let bytes = try BinaryFile.content(options.property, of: item, at: place)
      switch operation {
      case "csv":
        return try separatedRows(bytes, place, context) { Item(json: $0, pairedItem: item.pairedItem) }
      case "html":
        let rows = try tableRows(try options.text(bytes), place, context)
        return rows.map { Item(json: $0, pairedItem: item.pairedItem) }
      default: return [options.item(with: try content(bytes, operation, options, place), from: item)]
      }
    }
  }

  /// Where the file is and where its content goes, the same for all items but for expressions. A class, because it is
  /// handed around for every item.
  private final class Options: Sendable {
    let property: String
    private let encoding: TextEncoding
    private let stripsByteOrderMark: Bool
    private let keepsJSON: Bool
    private let keepsFile: Bool
    private let destination: FieldPath

    init(_ context: NodeContext, item: Int) throws(NodeError) {
      property = try context.string("binaryPropertyName", item: item, default: "data")
      encoding = try TextEncoding(context.string("options.encoding", item: item, default: "utf8"))
      stripsByteOrderMark = try context.bool("options.stripBOM", item: item, default: true)
      let kept = try context.string("options.keepSource", item: item)
      keepsJSON = kept == "json" || kept == "both"
      keepsFile = kept == "binary" || kept == "both"
      destination = FieldPath(try context.string("destinationKey", item: item, default: "data"))
    }

    func text(_ bytes: [UInt8]) throws(NodeError) -> String {
      try encoding.text(bytes, strippingMark: stripsByteOrderMark)
    }

    /// The value that a file of JSON holds; nothing where it is empty.
    func json(_ bytes: [UInt8], item: Int) throws(NodeError) -> JSONValue {
      if let value = encoding.plainJSON(bytes) { return value }
      let text = try text(bytes)
      return text.isEmpty ? [:] : try JSONValue(fileText: text, file: property, item: item)
    }

    func item(with value: JSONValue, from source: Item) -> Item {
      var files = source.binary
      if !keepsFile { files = files?.count == 1 ? nil : files?.without(property) }
      var json = keepsJSON ? source.json : JSONObject()
      json.reserveCapacity(json.count + 1)
      destination.set(value, in: &json)
      return Item(json: json, binary: files, pairedItem: source.pairedItem)
    }
  }

  private func content(
    _ bytes: [UInt8], _ operation: String, _ options: Options, _ place: Int
  ) throws(NodeError) -> JSONValue {
    if operation == "binaryToPropery" { return .string(Base64.text(bytes)) }
    switch operation {
    case "fromJson": return try options.json(bytes, item: place)
    case "fromIcs": return try CalendarReader(options.text(bytes)).calendar()
    default: return .string(try options.text(bytes))
    }
  }

  private func separatedRows(
    _ bytes: [UInt8], _ place: Int, _ context: NodeContext, _ item: (JSONObject) -> Item
  ) throws(NodeError) -> [Item] {
    let encoding = try TextEncoding(context.string("options.encoding", item: place, default: "utf8"))
    let text = try encoding.text(bytes, strippingMark: context.bool("options.enableBOM", item: place))
    let skips = try context.parameter("options.skipRecordsWithErrors", item: place)
    let skipsBadRecords = skips == true || skips?["value"]?["enabled"] == true
    let options = CommaSeparatedValues.Reading(
      delimiter: try context.string("options.delimiter", item: place, default: ","),
      relaxesQuotes: try context.bool("options.relaxQuotes", item: place), skipsBadRecords: skipsBadRecords,
      fromLine: Int(try limited(context.number("options.fromLine", item: place, default: 0))))
    let given = Int(try limited(context.number("options.maxRowCount", item: place, default: -1)))
    let most = given < 0 ? Int.max : given
    let includesEmpty = try context.bool("options.includeEmptyCells", item: place)
    var columns: Columns?
    let isNamed = try context.bool("options.headerRow", item: place, default: true)
    var rows: [Item] = []
    try CommaSeparatedValues.readRecords(of: text, options) { (fields, line) throws(NodeError) in
      if isNamed, columns == nil {
        columns = Columns(fields, includesEmpty: includesEmpty)
        return true
      }
      guard rows.count < most else { return false }
      guard let columns else {
        rows.append(item(JSONObject(key: "row", value: .array(fields.map { .string($0) }))))
        return true
      }
      if fields.count == columns.count {
        rows.append(item(columns.row(of: &fields)))
      } else if !skipsBadRecords {
        throw NodeError(
          "Invalid record length on line \(line): \(columns.count) columns, but \(fields.count) fields",
          description: "Correct the file or the delimiter, or switch on 'Skip Records With Errors'.", item: place)
      }
      return true
    }
    return rows
  }

  private func limited(_ number: Double) -> Double { number.isFinite ? min(max(number, -1), 1e9) : 0 }

  private func tableRows(_ text: String, _ place: Int, _ context: NodeContext) throws(NodeError) -> [JSONObject] {
    let tree = try MarkupTree.readingHTML(text, item: place)
    guard let table = tree.descendants(of: MarkupTree.document).first(where: { tree[$0].name == "table" }) else {
      throw NodeError(
        "The file has no HTML table", description: "Use the operation 'text' to get its text.", item: place)
    }
    let rows = tree.descendants(of: table).filter { tree[$0].name == "tr" }.map { row in
      tree.childElements(of: row).filter { tree[$0].name == "td" || tree[$0].name == "th" }
        .map { tree.text(of: $0).trimmedOfSpace }
    }
    func typed(_ text: String) -> JSONValue {
      if text.isEmpty { return "" }
      if text == "TRUE" || text == "FALSE" { return .bool(text == "TRUE") }
      return text.asJavaScriptNumber.map { JSONValue.number($0) } ?? .string(text)
    }
    guard try context.bool("options.headerRow", item: place, default: true) else {
      return rows.map { ["row": .array($0.map(typed))] }
    }
    guard let header = rows.first else { return [] }
    let columns = Columns(header, includesEmpty: try context.bool("options.includeEmptyCells", item: place))
    return rows.dropFirst().map { columns.row($0.map(typed)) }
  }
}

/// What the first row of a table says.
private struct Columns {
  private let names: [String]
  private let includesEmpty: Bool
  /// No two have one name.
  private let areUnique: Bool

  init(_ names: [String], includesEmpty: Bool) {
    self.names = names
    self.includesEmpty = includesEmpty
    areUnique = Set(names.map { ExactString($0) }).count == names.count
  }

  var count: Int { names.count }

  /// - Parameter values: of a row; columns that it does not reach have none.
  func row(_ values: [JSONValue]) -> JSONObject {
    var row = JSONObject()
    for (name, value) in zip(names, values) where includesEmpty || !value.isBlank { row[name] = value }
    return row
  }

  /// - Parameter fields: of a whole row; they are taken out.
  func row(of fields: inout [String]) -> JSONObject {
    guard areUnique else { return row(fields.map { .string($0) }) }
    return JSONObject(capacity: names.count) { row in
      for column in names.indices where includesEmpty || !fields[column].isEmpty {
        var field = ""
        swap(&field, &fields[column])
        row.append(JSONObject.Entry(key: names[column], value: .string(field)))
      }
    }
  }
}

extension JSONObject {
  fileprivate func without(_ key: String) -> JSONObject {
    var rest = self
    rest[key] = nil
    return rest
  }
}
