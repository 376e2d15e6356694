import JobsprintDomain

/// Items as a table: a column for every field, nested fields by their path (`a.b`).
struct ItemTable {
  let columns: [String]
  private var rows: [JSONObject] = []

  init(_ items: [Item]) {
    var names = ColumnNames()
    rows.reserveCapacity(items.count)
    for item in items {
      let row = Self.flat(item.json)
      names.add(row)
      rows.append(row)
    }
    columns = names.names
  }

  /// Comma-separated values in UTF-8, with a byte order mark; what an item lacks is empty.
  func commaSeparated(delimiter: String, withHeader: Bool) -> [UInt8] {
    // Spreadsheet programs tell UTF-8 by the mark.
    var writer = CommaSeparatedValues.Writer([0xEF, 0xBB, 0xBF], delimiter: delimiter)
    if withHeader { writer.append(record: columns.count) { column, bytes in bytes += columns[column].utf8 } }
    for row in rows {
      writer.append(record: columns.count) { column, bytes in
        var place = column
        row.value(of: columns[column], near: &place)?.writeCell(to: &bytes)
      }
    }
    return writer.bytes
  }

  /// An HTML document in the form of spreadsheet programs: every cell tells its type and value.
  func html(withHeader: Bool) -> String {
    let header: [JSONValue?] = columns.map { .string($0) }
    let body = rows.map { row in columns.map { row[$0] } }
    var html =
      "<html><head><meta charset=\"utf-8\"/><title>SheetJS Table Export</title></head><body><table>"
    for (number, cells) in ((withHeader ? [header] : []) + body).enumerated() {
      html += "<tr>"
      for (place, value) in cells.enumerated() {
        html += Self.htmlCell(value, id: "sjs-\(Self.columnName(place))\(number + 1)")
      }
      html += "</tr>"
    }
    return html + "</table></body></html>"
  }

  private static func htmlCell(_ value: JSONValue?, id: String) -> String {
    guard let value, !value.isNull else { return "<td id=\"\(id)\"></td>" }
    let type =
      switch value {
      case .bool: "b"
      case .integer, .double: "n"
      default: "s"
      }
    let data = value.asText.escapedForHTML
    return "<td data-t=\"\(type)\" data-v=\"\(data)\" id=\"\(id)\">\(value.cellText.escapedForHTML)</td>"
  }

  /// `A` to `Z`, `AA` and so on.
  private static func columnName(_ place: Int) -> String {
    var name = ""
    var rest = place + 1
    while rest > 0 {
      name = String(UnicodeScalar(UInt8(0x41 + (rest - 1) % 26))) + name
      rest = (rest - 1) / 26
    }
    return name
  }

  private static func flat(_ object: JSONObject) -> JSONObject {
    let isNested = object.values.contains { if case .object(let members) = $0 { !members.isEmpty } else { false } }
    guard isNested else { return object }
    var result = JSONObject()
    func add(_ value: JSONValue, _ path: String) {
      guard case .object(let members) = value, !members.isEmpty else {
        result[path] = value
        return
      }
      for member in members { add(member.value, "\(path).\(member.key)") }
    }
    for member in object { add(member.value, member.key) }
    return result
  }
}

/// The keys of many objects, each once, in the order in which they came.
struct ColumnNames {
  private(set) var names: [String] = []
  private var known: Set<ExactString> = []

  mutating func add(_ object: JSONObject) {
    for (place, entry) in object.enumerated() {
      // Items of one source have the same keys in the same order.
      if place < names.count, names[place].hasSameCodeUnits(as: entry.key) { continue }
      if known.insert(ExactString(entry.key)).inserted { names.append(entry.key) }
    }
  }
}

extension JSONValue {
  /// What a spreadsheet shows.
  fileprivate var cellText: String {
    var bytes: [UInt8] = []
    writeCell(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  fileprivate func writeCell(to bytes: inout [UInt8]) {
    switch self {
    case .null: break
    case .bool(let value): bytes += (value ? "TRUE" : "FALSE").utf8
    case .string(let text): bytes += text.utf8
    case .double(let number): bytes += number.javaScriptText.utf8
    default: write(to: &bytes)
    }
  }
}
