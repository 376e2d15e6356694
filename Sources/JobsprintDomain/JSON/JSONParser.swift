// A strict UTF-8 JSON parser (RFC 8259) in one pass over bytes.
//
// Written here because Foundation's is the slowest part of a service that lives on dynamic JSON, and forgets the order
// of keys (docs/decisions/0002-own-json.md has the figures). Recursion is bounded by `depthLimit`, so that a megabyte
// of brackets is an error and not a stack overflow.

extension JSONValue {
  /// Nesting beyond this is refused (the API's documented limit).
  public static let depthLimit = 128

  /// Parses one JSON text; white space around it is allowed, anything else behind it is not.
  public init(parsing bytes: [UInt8], depthLimit: Int = JSONValue.depthLimit) throws(JSONError) {
    self = try bytes.withJSONParser(depthLimit) { parser throws(JSONError) in try parser.document() }
  }

  public init(parsing text: String, depthLimit: Int = JSONValue.depthLimit) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), depthLimit: depthLimit)
  }
}

extension [UInt8] {
  fileprivate func withJSONParser<Result>(
    _ depthLimit: Int, _ body: (inout JSONParser) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    try withUnsafeBufferPointer { buffer throws(JSONError) in
      var parser = JSONParser(bytes: buffer, depthLimit: depthLimit)
      return try body(&parser)
    }
  }
}

/// Reads from a buffer that its caller keeps alive for the parser's life.
struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let depthLimit: Int
  private var at = 0
  private var depth = 0
  /// Members of the object that was read last: the next one is likely to have as many.
  private var memberCount = 0

  init(bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    guard at < bytes.count else { throw error("the text is empty; a JSON value is expected") }
    let result = try value()
    skipSpace()
    guard at == bytes.count else { throw error("unexpected text after the end of the JSON value") }
    return result
  }

  private func error(_ reason: String) -> JSONError { JSONError(offset: at, reason: reason) }

  private mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x0A, 0x0D, 0x09: at += 1
      default: return
      }
    }
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    guard at < bytes.count else { throw error("the text ends where a value is expected") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("a value is expected: an object, array, string, number, true, false or null")
    }
  }

  private mutating func literal(_ text: StaticString) throws(JSONError) {
    let count = text.utf8CodeUnitCount
    guard at + count <= bytes.count else { throw error("expected \(text)") }
    for offset in 0..<count where bytes[at + offset] != text.utf8Start[offset] { throw error("expected \(text)") }
    at += count
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= depthLimit else { throw error("nested deeper than \(depthLimit) levels") }
    at += 1
    skipSpace()
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    try enter()
    var result = JSONObject()
    if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
      at += 1
      depth -= 1
      return result
    }
    // Room for many takes memory that stays; without any, an object of eight members is allocated four times.
    result.reserveCapacity(min(max(memberCount, 4), 16))
    while true {
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw error("expected a key in double quotes") }
      let key = try string()
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw error("expected ':' after the key") }
      at += 1
      skipSpace()
      let value = try value()
      if let place = result.position(of: key) {
        result.replaceValue(at: place, with: value)
      } else {
        result.append(newKey: key, value: value)
      }
      skipSpace()
      guard at < bytes.count else { throw error("the object is not closed with '}'") }
      if bytes[at] == UInt8(ascii: "}") { break }
      guard bytes[at] == UInt8(ascii: ",") else { throw error("expected ',' or '}'") }
      at += 1
      skipSpace()
    }
    at += 1
    depth -= 1
    memberCount = result.count
    return result
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    try enter()
    var result: [JSONValue] = []
    if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
      at += 1
      depth -= 1
      return result
    }
    while true {
      result.append(try value())
      skipSpace()
      guard at < bytes.count else { throw error("the array is not closed with ']'") }
      if bytes[at] == UInt8(ascii: "]") { break }
      guard bytes[at] == UInt8(ascii: ",") else { throw error("expected ',' or ']'") }
      at += 1
      skipSpace()
    }
    at += 1
    depth -= 1
    return result
  }

  private mutating func string() throws(JSONError) -> String {
    at += 1
    let start = at
    at = bytes.escape(from: start) ?? bytes.count
    guard at < bytes.count else { throw error("the string is not closed with '\"'") }
    if bytes[at] == UInt8(ascii: "\"") {
      let text = try utf8(UnsafeBufferPointer(rebasing: bytes[start..<at]), at: start)
      at += 1
      return text
    }
    guard bytes[at] == UInt8(ascii: "\\") else { throw controlCharacter() }
    return try escapedString(from: start)
  }

  /// The slow path, from the first backslash on.
  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var buffer = Array(bytes[start..<at])
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        return try buffer.withUnsafeBufferPointer { content throws(JSONError) in try utf8(content, at: start) }
      }
      if byte == UInt8(ascii: "\\") {
        try escape(into: &buffer)
      } else {
        guard byte >= 0x20 else { throw controlCharacter() }
        buffer.append(byte)
        at += 1
      }
    }
    throw error("the string is not closed with '\"'")
  }

  private func controlCharacter() -> JSONError {
    error("a control character must be written as an escape (\\n, \\t, \\u0000 …)")
  }

  private func utf8(_ content: UnsafeBufferPointer<UInt8>, at start: Int) throws(JSONError) -> String {
    // Most text is ASCII, and validating costs four times what the copy does.
    if content.reduce(0, |) < 0x80 { return String(decoding: content, as: UTF8.self) }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw JSONError(offset: start, reason: "the string is not valid UTF-8")
    }
    return text
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
    at += 1
    guard at < bytes.count else { throw error("the text ends in an escape") }
    let code = bytes[at]
    switch code {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(code)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"):
      at += 1
      buffer.append(contentsOf: UTF8.encode(try escapedScalar()) ?? UTF8.encodedReplacementCharacter)
      return
    default: throw error("'\\' must be followed by one of \" \\ / b f n r t u")
    }
    at += 1
  }

  private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
    guard UTF16.isLeadSurrogate(first), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    else { throw loneSurrogate(first) }
    at += 2
    let second = try hexadecimal()
    guard UTF16.isTrailSurrogate(second) else { throw loneSurrogate(first) }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  private func loneSurrogate(_ unit: UInt16) -> JSONError {
    error("\\u\(String(unit, radix: 16)) is half of a surrogate pair; write both halves or a whole character")
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt16 {
    guard at + 4 <= bytes.count else { throw error("\\u needs four hexadecimal digits") }
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue, bytes[at] < 0x80 else {
        throw error("\\u needs four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      at += 1
    }
    return unit
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = at
    let isNegative = bytes[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    guard at < bytes.count, isDigit(bytes[at]) else { throw error("a number needs a digit here") }
    var whole: Int64 = 0
    var fits = true
    if bytes[at] == UInt8(ascii: "0") {
      at += 1
      if at < bytes.count, isDigit(bytes[at]) { throw error("a number may not begin with 0") }
    } else {
      while at < bytes.count, isDigit(bytes[at]) {
        let digit = Int64(bytes[at] &- 0x30)
        let (product, tooLarge) = whole.multipliedReportingOverflow(by: 10)
        // Built on the negative side, whose range is larger by one.
        let (sum, tooLow) = product.subtractingReportingOverflow(digit)
        fits = fits && !tooLarge && !tooLow
        whole = sum
        at += 1
      }
    }
    var isInteger = true
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      try digits("a digit is expected after the decimal point")
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      try digits("a digit is expected in the exponent")
    }
    if isInteger, fits {
      if isNegative { return whole == 0 ? .double(-0.0) : .integer(whole) }
      if whole != Int64.min { return .integer(-whole) }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    guard let number = Double(text), number.isFinite else {
      throw JSONError(offset: start, reason: "the number does not fit a double")
    }
    return .double(number)
  }

  private mutating func digits(_ reason: String) throws(JSONError) {
    guard at < bytes.count, isDigit(bytes[at]) else { throw error(reason) }
    while at < bytes.count, isDigit(bytes[at]) { at += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
