import JobsprintDomain

extension JSONValue {
  /// Reads JSON, and what people write for it in JavaScript's way: single quotes, names without quotes, a comma behind
  /// the last element.
  ///
  /// - Throws: what is wrong with the text as JSON.
  init(relaxed text: String) throws(JSONError) {
    do throws(JSONError) { self = try JSONValue(parsing: text) } catch {
      guard let value = try? JSONValue(parsing: RelaxedJSON(text).strict()) else { throw error }
      self = value
    }
  }
}

/// JavaScript's spelling of an object, on its way to JSON. What is beyond repair stays for the parser to refuse.
private struct RelaxedJSON {
  private let bytes: [UInt8]
  private var place = 0
  private var result: [UInt8] = []

  private static let quote = UInt8(ascii: "\"")
  private static let apostrophe = UInt8(ascii: "'")
  private static let backslash = UInt8(ascii: "\\")

  init(_ text: String) {
    bytes = Array(text.utf8)
    result.reserveCapacity(bytes.count + 16)
  }

  consuming func strict() -> [UInt8] {
    while place < bytes.count {
      switch bytes[place] {
      case Self.quote, Self.apostrophe: string()
      case UInt8(ascii: ","): comma()
      case let byte where Self.beginsName(byte): name()
      case let byte:
        result.append(byte)
        place += 1
      }
    }
    return result
  }

  private mutating func string() {
    let end = bytes[place]
    place += 1
    result.append(Self.quote)
    while place < bytes.count, bytes[place] != end {
      let byte = bytes[place]
      place += 1
      if byte == Self.backslash, place < bytes.count {
        // `\'` is no escape of JSON.
        if bytes[place] != Self.apostrophe { result.append(byte) }
        result.append(bytes[place])
        place += 1
      } else {
        if byte == Self.quote { result.append(Self.backslash) }
        result.append(byte)
      }
    }
    if place < bytes.count { result.append(Self.quote) }
    place += 1
  }

  /// A comma behind the last element is left out.
  private mutating func comma() {
    place += 1
    let next = bytes[place...].first { !Self.isSpace($0) }
    let isLast = next == UInt8(ascii: "}") || next == UInt8(ascii: "]")
    let before = result.last { !Self.isSpace($0) }
    let followsElement = before.map { !"{[,".utf8.contains($0) } ?? false
    if !isLast || !followsElement { result.append(UInt8(ascii: ",")) }
  }

  /// A name before a colon; `true` and `1e5` are none.
  private mutating func name() {
    let word = bytes[place...].prefix { Self.beginsName($0) || (0x30...0x39).contains($0) }
    place = word.endIndex
    let isKey = bytes[place...].first { !Self.isSpace($0) } == UInt8(ascii: ":")
    if isKey { result.append(Self.quote) }
    result += word
    if isKey { result.append(Self.quote) }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func beginsName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
      UInt8(ascii: "$"):
      true
    default: byte >= 0x80
    }
  }
}
