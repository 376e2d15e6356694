/// The parts of a line whose marks are no marks: code, tags, the addresses of links, and addresses that stand alone.
///
/// The line is read once. A pattern would look again from every mark for an end that isn't there.
struct MarkdownLiterals {
  enum Kinds {
    case code
    case all
  }

  private let bytes: [UInt8]
  private let kinds: Kinds
  /// In bytes, in order.
  private var literals: [Range<Int>] = []
  /// Where runs of backticks begin, by their length; the last first.
  private var backticks: [Int: [Int]] = [:]
  private let lastBracket: Int
  private let lastParenthesis: Int

  private init(_ bytes: [UInt8], _ kinds: Kinds) {
    self.bytes = bytes
    self.kinds = kinds
    lastBracket = bytes.lastIndex(of: UInt8(ascii: ">")) ?? -1
    lastParenthesis = bytes.lastIndex(of: UInt8(ascii: ")")) ?? -1
  }

  static func ranges(_ kinds: Kinds, in line: String) -> [Range<String.Index>] {
    var reader = MarkdownLiterals(Array(line.utf8), kinds)
    reader.read()
    let start = line.utf8.startIndex
    return reader.literals.map { range in
      let lower = line.utf8.index(start, offsetBy: range.lowerBound)
      return lower..<line.utf8.index(lower, offsetBy: range.count)
    }
  }

  private mutating func read() {
    collectBackticks()
    var place = 0
    // Where an address that stands alone would begin.
    var wordStart = 0
    while place < bytes.count {
      let start = bytes[place] == UInt8(ascii: ":") ? wordStart : place
      if let end = endOfLiteral(at: place) {
        literals.append(start..<end)
        (place, wordStart) = (end, end)
        continue
      }
      switch bytes[place] {
      case UInt8(ascii: "`"): place = endOfRun(at: place)
      case 0...0x20, UInt8(ascii: "["), UInt8(ascii: "("):
        place += 1
        wordStart = place
      default: place += 1
      }
    }
  }

  /// - Returns: nil where none begins.
  private mutating func endOfLiteral(at place: Int) -> Int? {
    switch bytes[place] {
    case UInt8(ascii: "`"): endOfCode(at: place)
    case _ where kinds == .code: nil
    case UInt8(ascii: "<"): end(at: UInt8(ascii: ">"), from: place, last: lastBracket)
    case UInt8(ascii: "]"):
      switch bytes[(place + 1)...].first {
      case UInt8(ascii: "("): end(at: UInt8(ascii: ")"), from: place, last: lastParenthesis)
      case UInt8(ascii: ":"): bytes.count
      default: nil
      }
    case UInt8(ascii: ":"): endOfAddress(at: place)
    default: nil
    }
  }

  private func end(at mark: UInt8, from place: Int, last: Int) -> Int? {
    guard place < last else { return nil }
    return bytes[place...].firstIndex(of: mark).map { $0 + 1 }
  }

  /// Code ends with as many backticks as it began with.
  private mutating func endOfCode(at place: Int) -> Int? {
    let end = endOfRun(at: place)
    let length = end - place
    while let next = backticks[length]?.last {
      if next >= end { return next + length }
      backticks[length]?.removeLast()
    }
    return nil
  }

  /// `scheme://` and what follows up to space.
  private func endOfAddress(at place: Int) -> Int? {
    let rest = bytes[(place + 1)...]
    guard rest.starts(with: "//".utf8) else { return nil }
    let end = rest.firstIndex { $0 <= 0x20 } ?? bytes.count
    return end > place + 3 ? end : nil
  }

  private func endOfRun(at place: Int) -> Int {
    bytes[place...].firstIndex { $0 != bytes[place] } ?? bytes.count
  }

  private mutating func collectBackticks() {
    var place = 0
    while let start = bytes[place...].firstIndex(of: UInt8(ascii: "`")) {
      place = endOfRun(at: start)
      backticks[place - start, default: []].append(start)
    }
    for length in backticks.keys { backticks[length]?.reverse() }
  }
}
