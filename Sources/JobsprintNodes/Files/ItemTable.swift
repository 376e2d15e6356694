import JobsprintDomain

/// Items as a table: a column for every field, nested fields by their path (`a.b`).
struct ItemTable {
  private(set) var columns: [String] = []
  private(set) var rows: [JSONObject] = []

  init(_ items: [Item]) {
    var known: Set<ExactString> = []
    rows.reserveCapacity(items.count)
    for item in items {
      let row = Self.flat(item.json)
      for (place, key) in row.keys.enumerated() {
        // Items of one source have the same keys in the same order.
        if place < columns.count, columns[place].hasSameCodeUnits(as: key) { continue }
        if known.insert(ExactString(key)).inserted { columns.append(key) }
      }
      rows.append(row)
    }
  }

  /// Each cell as text; what an item lacks is empty.
  func texts(withHeader: Bool) -> [[String]] {
    let body = rows.map { row in
      columns.enumerated().map { place, column in
        var place = place
        return Self.cellText(row.value(of: column, near: &place))
      }
    }
    return withHeader ? [columns] + body : body
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
    return "<td data-t=\"\(type)\" data-v=\"\(data)\" id=\"\(id)\">\(cellText(value).escapedForHTML)</td>"
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

  private static func cellText(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: ""
    case .bool(let value)?: value ? "TRUE" : "FALSE"
    case let value?: value.asText
    }
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
