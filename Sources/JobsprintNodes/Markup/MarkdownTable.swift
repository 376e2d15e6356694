/// A table with columns as wide as their widest cells.
struct MarkdownTable {
  private let rows: [[String]]
  private let caption: String
  /// In UTF-16 units.
  private let widths: [Int]

  /// nil without a cell.
  ///
  /// - Parameter rows: the first is the header; each text is on one line and has no bare `|`.
  init?(_ rows: [[String]], caption: String) {
    let count = rows.map(\.count).max() ?? 0
    guard count > 0 else { return nil }
    self.rows = rows
    self.caption = caption
    widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].utf16.count : 0 }.max() ?? 0
    }
  }

  var text: String {
    let dashes = widths.map { String(repeating: "-", count: $0) }
    var lines = caption.isEmpty ? [] : ["__\(caption)__"]
    lines += [line(rows[0]), line(dashes)] + rows.dropFirst().map(line)
    return lines.joined(separator: "\n")
  }

  private func line(_ cells: [String]) -> String {
    let padded = widths.enumerated().map { column, width in
      let cell = column < cells.count ? cells[column] : ""
      return cell + String(repeating: " ", count: width - cell.utf16.count)
    }
    return "| " + padded.joined(separator: " | ") + " |"
  }
}
