// JavaScript's `replace` and `replaceAll` with a text as the replacement.

extension Pattern {
  /// In bytes; a replacement that makes more is refused.
  public static let longestResult = 16 << 20

  /// The text with every match replaced.
  ///
  /// - Parameter template: `$1`, `$<name>`, `$&`, `` $` ``, `$'` and `$$` stand for what they do in JavaScript.
  public func replacing(in text: String, with template: String) throws(PatternError) -> String {
    let template = ReplacementTemplate(template, groupCount: groupCount, groupNames: groupNames)
    var copy = text
    let source = copy.withUTF8 { Array($0) }
    return try withSearch(in: text) { (search) throws(PatternError) in
      var result: [UInt8] = []
      var (copied, from) = (0, 0)
      while from <= source.count, try search.next(from: from) {
        guard let range = search.range(of: 0) else { break }
        result += source[copied..<range.lowerBound]
        for part in template.parts {
          switch part {
          case .text(let bytes): result += bytes
          case .group(let group): if let range = search.range(of: group) { result += source[range] }
          case .before: result += source[..<range.lowerBound]
          case .behind: result += source[range.upperBound...]
          }
          guard result.count <= Self.longestResult else { throw .resultTooLong }
        }
        copied = range.upperBound
        from = range.upperBound
        if range.isEmpty {
          // On to the next character.
          from += 1
          while from < source.count, source[from] & 0xC0 == 0x80 { from += 1 }
        }
      }
      result += source[copied...]
      guard result.count <= Self.longestResult else { throw .resultTooLong }
      return String(decoding: result, as: UTF8.self)
    }
  }
}

private struct ReplacementTemplate {
  enum Part {
    case text([UInt8])
    case group(Int)
    case before, behind
  }

  private(set) var parts: [Part] = []

  init(_ template: String, groupCount: Int, groupNames: [String: Int]) {
    let bytes = Array(template.utf8)
    var text: [UInt8] = []
    var at = 0
    func digit(_ place: Int) -> Int? {
      place < bytes.count && (0x30...0x39).contains(bytes[place]) ? Int(bytes[place] - 0x30) : nil
    }
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "$"), at + 1 < bytes.count else {
        text.append(bytes[at])
        at += 1
        continue
      }
      var (part, length) = (Part?.none, 2)
      switch bytes[at + 1] {
      case UInt8(ascii: "$"): text.append(UInt8(ascii: "$"))
      case UInt8(ascii: "&"): part = .group(0)
      case UInt8(ascii: "`"): part = .before
      case UInt8(ascii: "'"): part = .behind
      case UInt8(ascii: "<"):
        // Without named groups it is text.
        if !groupNames.isEmpty, let end = bytes[at...].firstIndex(of: UInt8(ascii: ">")) {
          let name = String(decoding: bytes[(at + 2)..<end], as: UTF8.self)
          part = groupNames[name].map { .group($0) } ?? .text([])
          length = end + 1 - at
        } else {
          text += bytes[at..<(at + 2)]
        }
      default:
        // Two digits where there are so many groups, else one.
        if let first = digit(at + 1) {
          if let second = digit(at + 2), (1...max(1, groupCount)).contains(first * 10 + second), groupCount > 0 {
            part = .group(first * 10 + second)
            length = 3
          } else if first > 0, first <= groupCount {
            part = .group(first)
          }
        }
        if part == nil {
          text.append(UInt8(ascii: "$"))
          length = 1
        }
      }
      if let part {
        if !text.isEmpty { parts.append(.text(text)) }
        text = []
        parts.append(part)
      }
      at += length
    }
    if !text.isEmpty { parts.append(.text(text)) }
  }
}
