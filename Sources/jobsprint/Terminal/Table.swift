/// Rows under headings, made to fit the terminal: the widest columns give way first, but never the first one, which
/// holds what the next command needs.
struct Table {
  private let headings: [String]
  private var rows: [[String]] = []
  private static let gap = 2
  private static let narrowest = 8

  init(_ headings: String...) { self.headings = headings }

  mutating func add(_ cells: String...) { rows.append(cells.map(Self.oneLine)) }

  var isEmpty: Bool { rows.isEmpty }

  func lines(width: Int = Terminal.width) -> [String] {
    let all = [headings] + rows
    var widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    while widths.reduce(0, +) + Self.gap * (widths.count - 1) > width {
      guard let widest = widths.indices.dropFirst().max(by: { widths[$0] < widths[$1] }),
        widths[widest] > Self.narrowest
      else {
        break
      }
      widths[widest] -= 1
    }
    return all.map { row in
      var line = row.indices.map { Self.fitted(row[$0], widths[$0]) }.joined(
        separator: String(repeating: " ", count: Self.gap))
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  func show() { for line in lines() { Terminal.say(line) } }

  /// Names come from anybody: none steers the terminal.
  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  private static func fitted(_ text: String, _ width: Int) -> String {
    guard text.count > width else { return text + String(repeating: " ", count: width - text.count) }
    return text.prefix(width - 1) + "…"
  }
}
