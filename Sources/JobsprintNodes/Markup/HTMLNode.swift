import JobsprintDomain
import JobsprintPorts

/// Writes HTML from a template, takes values out of HTML, and makes a table of items.
struct HTMLNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.html", displayName: "HTML", summary: "Works with HTML.", versions: [1, 1.1, 1.2],
    parameters: [
      NodeParameter(
        "operation", .choice, "What is done.", default: "generateHtmlTemplate", choices: operations),
      NodeParameter("html", .text, "generateHtmlTemplate: the HTML, with expressions in it.", default: ""),
    ] + HTMLExtraction.parameters + [
      NodeParameter("options.caption", .text, "Table: its caption."),
      NodeParameter("options.capitalize", .boolean, "Table: headers with capitals and spaces.", default: false),
      NodeParameter("options.customStyling", .boolean, "Table: leaves out the standard style.", default: false),
      NodeParameter("options.tableAttributes", .text, "Table: attributes of the table tag."),
      NodeParameter("options.headerAttributes", .text, "Table: attributes of header cells."),
      NodeParameter("options.rowAttributes", .text, "Table: attributes of rows."),
      NodeParameter("options.cellAttributes", .text, "Table: attributes of cells."),
    ])

  private static let operations = ["convertToHtmlTable", "extractHtmlContent", "generateHtmlTemplate"]

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let operation = try context.string("operation", default: "generateHtmlTemplate")
    switch operation {
    case "generateHtmlTemplate":
      let raw = context.rawParameter("html") ?? ""
      var template = PreparedValue(Self.template(raw), path: "html", in: context)
      // An expression that was marked as one may give nothing; what stands inside of a text is text.
      let isMarked = template.raw == raw
      return try context.itemByItem { (item, place) throws(NodeError) in
        let html = try template.value(for: item, at: place, in: context) ?? ""
        let text: JSONValue =
          switch html {
          case .string: html
          case .null where isMarked: ""
          default: .string(html.asText)
          }
        return Item(json: JSONObject(key: "html", value: text), pairedItem: item.pairedItem)
      }
    case "extractHtmlContent":
      return try HTMLExtraction.run(context, laysOutText: context.typeVersion >= 1.2, trims: false)
    case "convertToHtmlTable":
      guard !context.items.isEmpty else { return .outputs([[]]) }
      do throws(NodeError) {
        let table = try HTMLTable(context).text(of: context.items)
        return .outputs([[Item(json: ["table": .string(table)], pairedItem: context.items.pairing)]])
      } catch {
        guard context.continuesOnFail, let first = context.items.first else { throw error }
        return .outputs([[first.reporting(error)]])
      }
    default: throw context.unknownChoice("operation", operation, Self.operations)
    }
  }

  /// The template holds expressions also where it is not marked as one.
  private static func template(_ raw: JSONValue) -> JSONValue {
    guard case .string(let text) = raw, text.utf8.first != UInt8(ascii: "="), text.contains("{{") else { return raw }
    return .string("=" + text)
  }
}

/// Items as an HTML table.
private struct HTMLTable {
  private let caption: String
  private let capitalizes: Bool
  private let tableAttributes: String
  private let headerAttributes: String
  private let rowAttributes: String
  private let cellAttributes: String

  // Inline, because mail programs drop style sheets.
  private static let tableStyle = "style=\"border-collapse:collapse;font-family:sans-serif\""
  private static let headerStyle =
    "style=\"padding:6px 16px 6px 0;border-bottom:2px solid #ddd;text-align:left;font-weight:bold\""
  private static let cellStyle = "style=\"padding:6px 16px 6px 0;border-bottom:1px solid #ddd\""

  init(_ context: NodeContext) throws(NodeError) {
    caption = try context.string("options.caption")
    capitalizes = try context.bool("options.capitalize")
    let isPlain = try context.bool("options.customStyling")
    func attributes(_ name: String, _ style: String) throws(NodeError) -> String {
      let given = try context.string("options.\(name)")
      return (isPlain || !given.isEmpty ? [given] : [style]).filter { !$0.isEmpty }.map { " " + $0 }.joined()
    }
    tableAttributes = try attributes("tableAttributes", Self.tableStyle)
    headerAttributes = try attributes("headerAttributes", Self.headerStyle)
    rowAttributes = try attributes("rowAttributes", "")
    cellAttributes = try attributes("cellAttributes", Self.cellStyle)
  }

  func text(of items: [Item]) -> String {
    var names = ColumnNames()
    for item in items { names.add(item.json) }
    let columns = names.names
    var html = "<table\(tableAttributes)>"
    if !caption.isEmpty { html += "<caption>\(caption)</caption>" }
    html += "<thead\(rowAttributes)><tr>"
    for column in columns { html += "<th\(headerAttributes)>\(capitalizes ? column.capitalizedTitle : column)</th>" }
    html += "</tr></thead><tbody>"
    let (row, cell) = ("<tr\(rowAttributes)>", "<td\(cellAttributes)>")
    // What stands between two values is written at once.
    let between = "</td>" + cell
    let (beginning, end) = columns.isEmpty ? (row, "</tr>") : (row + cell, "</td></tr>")
    for item in items {
      html += beginning
      for (column, name) in columns.enumerated() {
        if column > 0 { html += between }
        var place = column
        html += Self.cell(item.json.value(of: name, near: &place))
      }
      html += end
    }
    html += "</tbody></table>"
    return html
  }

  /// Text may hold HTML: whoever puts it there wants it shown.
  private static func cell(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: ""
    case .bool(let isOn)?: "<input type=\"checkbox\"\(isOn ? " checked=\"checked\"" : "")/>"
    case let value?: value.asText
    }
  }
}

extension String {
  /// `first_name` as `First Name`.
  fileprivate var capitalizedTitle: String {
    split { $0 == "_" || $0 == " " }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
  }
}
