// Text in other encodings than UTF-8, by the names that n8n offers. The C library's `iconv` does the work.

import Glibc
import JobsprintDomain

struct TextEncoding: Sendable {
  private enum Kind: Sendable {
    case utf8, base64, hexadecimal
    case named(String)
  }

  private let kind: Kind

  static let utf8 = TextEncoding(kind: .utf8)

  private init(kind: Kind) { self.kind = kind }

  /// - Parameter name: `utf8`, `latin1`, `windows1250`, `iso88592`, `Shift_JIS`, `base64` …; case and punctuation don't
  ///   matter.
  init(_ name: String) throws(NodeError) {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    switch plain {
    case "", "utf8", "unicode11utf8", "cesu8": kind = .utf8
    case "base64": kind = .base64
    case "hex": kind = .hexadecimal
    default:
      let systemName = Self.systemName(plain)
      guard let converter = Self.converter(to: systemName, from: "UTF-8") else {
        throw NodeError(
          "The encoding '\(name)' is not known", description: "Use for example utf8, utf16le, latin1 or windows1252.",
          context: ["parameter": "options.encoding"])
      }
      iconv_close(converter)
      kind = .named(systemName)
    }
  }

  var isUTF8: Bool { if case .utf8 = kind { true } else { false } }

  private static let systemNames: [String: String] = [
    "latin1": "ISO-8859-1", "binary": "ISO-8859-1", "ascii": "US-ASCII", "usascii": "US-ASCII", "utf16": "UTF-16LE",
    "utf16le": "UTF-16LE", "ucs2": "UTF-16LE", "utf16be": "UTF-16BE", "utf32": "UTF-32LE", "utf32le": "UTF-32LE",
    "utf32be": "UTF-32BE", "koi8r": "KOI8-R", "koi8u": "KOI8-U", "koi8ru": "KOI8-RU", "koi8t": "KOI8-T",
    "macroman": "MACINTOSH", "macintosh": "MACINTOSH", "maccyrillic": "MAC-CYRILLIC",
    "maccenteuro": "MAC-CENTRALEUROPE",
    "shiftjis": "CP932", "sjis": "CP932", "windows31j": "CP932", "eucjp": "EUC-JP", "gb2312": "GBK", "gbk": "GBK",
    "gb18030": "GB18030", "big5": "BIG5", "cnbig5": "BIG5", "big5hkscs": "BIG5-HKSCS", "euckr": "CP949",
    "ksc56011987": "CP949", "tis620": "TIS-620", "armscii8": "ARMSCII-8", "viscii": "VISCII", "tcvn": "TCVN5712-1",
    "georgianacademy": "GEORGIAN-ACADEMY", "georgianps": "GEORGIAN-PS", "rk1048": "RK1048", "pt154": "PT154",
    "hproman8": "HP-ROMAN8", "utf7": "UTF-7",
  ]

  private static func systemName(_ plain: String) -> String {
    if let known = systemNames[plain] { return known }
    for prefix in ["windows", "win", "cp", "ibm"] where plain.hasPrefix(prefix) {
      return "CP" + plain.dropFirst(prefix.count)
    }
    if plain.hasPrefix("iso8859") { return "ISO-8859-" + plain.dropFirst("iso8859".count) }
    return plain.uppercased()
  }

  /// What the encoding can't write becomes `?`.
  func bytes(_ text: String, addsByteOrderMark: Bool = false) throws(NodeError) -> [UInt8] {
    let text = addsByteOrderMark ? "\u{FEFF}" + text : text
    switch kind {
    case .utf8: return Array(text.utf8)
    case .base64:
      guard let bytes = Base64.bytes(text) else { throw NodeError("The text is not valid Base64") }
      return bytes
    case .hexadecimal:
      let digits = text.compactMap(\.hexDigitValue)
      guard digits.count == text.count, digits.count % 2 == 0 else {
        throw NodeError("The text is not valid hexadecimal")
      }
      return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    case .named(let name):
      return try Self.converted(Array(text.utf8), to: name, from: "UTF-8", replacement: [UInt8(ascii: "?")])
    }
  }

  /// A file of JSON. What the encoding can't write becomes `?`.
  func bytes(json value: JSONValue, addsByteOrderMark: Bool) throws(NodeError) -> [UInt8] {
    // JSON is UTF-8 as it is.
    if isUTF8, !addsByteOrderMark { return value.jsonBytes }
    return try bytes(value.jsonText, addsByteOrderMark: addsByteOrderMark)
  }

  /// - Parameter strippingMark: without a byte order mark at its beginning.
  func text(_ bytes: [UInt8], strippingMark: Bool) throws(NodeError) -> String {
    let text = try text(bytes)
    guard strippingMark, text.unicodeScalars.first == "\u{FEFF}" else { return text }
    return String(text.unicodeScalars.dropFirst())
  }

  /// The value of a file of JSON that is UTF-8 without a byte order mark, as nearly all are: they need not become text
  /// first. nil for any other; what is wrong with it is told of its text.
  func plainJSON(_ bytes: [UInt8]) -> JSONValue? { isUTF8 ? try? JSONValue(parsing: bytes) : nil }

  /// What the bytes can't mean becomes `U+FFFD`.
  func text(_ bytes: [UInt8]) throws(NodeError) -> String {
    switch kind {
    case .utf8: return String(decoding: bytes, as: UTF8.self)
    case .base64: return Base64.text(bytes)
    case .hexadecimal: return bytes.hexadecimalText
    case .named(let name):
      let utf8 = try Self.converted(bytes, to: "UTF-8", from: name, replacement: Array("\u{FFFD}".utf8))
      return String(decoding: utf8, as: UTF8.self)
    }
  }

  private static func converter(to target: String, from source: String) -> iconv_t? {
    let converter = iconv_open(target, source)
    return Int(bitPattern: converter) == -1 ? nil : converter
  }

  private static func converted(
    _ bytes: [UInt8], to target: String, from source: String, replacement: [UInt8]
  ) throws(NodeError) -> [UInt8] {
    guard let converter = converter(to: target, from: source) else {
      throw NodeError("The encoding '\(target)' is not installed on this machine")
    }
    defer { iconv_close(converter) }
    // A character that can't be converted is skipped whole where the source is UTF-8, else byte by byte.
    let skipsCharacters = source == "UTF-8"
    var result: [UInt8] = []
    var input = bytes.map { CChar(bitPattern: $0) }
    var at = 0
    var buffer = [CChar](repeating: 0, count: 8192)
    while at < input.count {
      var inputLeft = input.count - at
      var outputLeft = buffer.count
      let (status, code) = input.withUnsafeMutableBufferPointer { source in
        buffer.withUnsafeMutableBufferPointer { target in
          var from = source.baseAddress.map { $0 + at }
          var to = target.baseAddress
          let status = iconv(converter, &from, &inputLeft, &to, &outputLeft)
          return (status, errno)
        }
      }
      at = input.count - inputLeft
      result += buffer.prefix(buffer.count - outputLeft).map { UInt8(bitPattern: $0) }
      guard status == -1, code != E2BIG else { continue }
      result += replacement
      at += 1
      while skipsCharacters, at < bytes.count, bytes[at] & 0xC0 == 0x80 { at += 1 }
    }
    return result
  }
}
