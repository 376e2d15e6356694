// Writes JSON values as compact UTF-8, numbers as JavaScript does (`1`, not `1.0`), keys in their order.

extension JSONValue {
  /// Compact JSON.
  public var jsonBytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  /// Compact JSON.
  public var jsonText: String { String(decoding: jsonBytes, as: UTF8.self) }

  /// Appends compact JSON to `bytes`.
  public func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append("null")
    case .bool(true): bytes.append("true")
    case .bool(false): bytes.append("false")
    case .integer(let value): bytes.append(decimal: value)
    case .double(let value): bytes.append(javaScript: value)
    case .string(let value): bytes.append(quoted: value)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      var isFirst = true
      for value in values {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object): object.write(to: &bytes)
    }
  }
}

extension JSONObject {
  /// Appends compact JSON to `bytes`.
  public func write(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for entry in entries {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      bytes.append(quoted: entry.key)
      bytes.append(UInt8(ascii: ":"))
      entry.value.write(to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}

extension Double {
  /// The shortest text that reads back as the same number, in ECMAScript's form (`Number::toString`, radix 10).
  public var javaScriptText: String {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
    if self == 0 { return "0" }
    if magnitude <= 9_007_199_254_740_992, let whole = Int64(exactly: self) { return String(whole) }
    let text = description
    // Without an exponent both write the same, but for Swift's ".0"; the rest is rare and 20 times slower.
    guard text.utf8.contains(UInt8(ascii: "e")) else {
      return text.utf8.suffix(2).elementsEqual(".0".utf8) ? String(text.dropLast(2)) : text
    }
    return text.rearrangedAsECMAScript
  }
}

extension String {
  /// Swift writes the same shortest digits as ECMAScript; the place of the point and the exponent differ.
  fileprivate var rearrangedAsECMAScript: String {
    let isNegative = hasPrefix("-")
    let parts = (isNegative ? dropFirst() : self[...]).split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    var digits = String(mantissa[0])
    exponent += digits.count
    if mantissa.count > 1, mantissa[1] != "0" { digits += mantissa[1] }
    let leadingZeros = digits.prefix { $0 == "0" }.count
    digits.removeFirst(leadingZeros)
    exponent -= leadingZeros
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    // Now the value is 0.digits × 10^exponent.
    let text: String
    if exponent > 21 || exponent < -5 {
      let rest = digits.dropFirst()
      let power = exponent - 1
      text = "\(digits.prefix(1))\(rest.isEmpty ? "" : "." + rest)e\(power < 0 ? "-" : "+")\(power.magnitude)"
    } else if exponent <= 0 {
      text = "0." + String(repeating: "0", count: -exponent) + digits
    } else if digits.count <= exponent {
      text = digits + String(repeating: "0", count: exponent - digits.count)
    } else {
      text = "\(digits.prefix(exponent)).\(digits.dropFirst(exponent))"
    }
    return isNegative ? "-" + text : text
  }
}

extension Int64 {
  /// Digits, and the sign of a negative number.
  @inlinable
  public var decimalLength: Int {
    var length = self < 0 ? 2 : 1
    var rest = magnitude
    while rest >= 10 {
      rest /= 10
      length += 1
    }
    return length
  }

  /// Writes the number.
  ///
  /// - Parameter bytes: no fewer than ``decimalLength`` says, which is never more than 20.
  /// - Returns: how many were written.
  @inlinable
  public func writeDecimal(to bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let length = decimalLength
    var rest = magnitude
    var place = length
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      place -= 1
      bytes[place] = 0x30 &+ UInt8(digit)
      rest = quotient
    } while rest > 0
    if self < 0 { bytes[0] = UInt8(ascii: "-") }
    return length
  }
}

extension [UInt8] {
  @inline(__always)
  public mutating func append(_ text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  public mutating func append(decimal value: Int64) {
    if value >= 0, value < 10 { return append(0x30 &+ UInt8(value)) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { text in
      let length = value.writeDecimal(to: text)
      append(contentsOf: UnsafeBufferPointer(rebasing: text[..<length]))
    }
  }

  mutating func append(javaScript value: Double) {
    guard value.isFinite else { return append("null") }
    append(contentsOf: value.javaScriptText.utf8)
  }

  /// A JSON string with its quotes; only what must be escaped is.
  public mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    let isPlain: Void? = text.utf8.withContiguousStorageIfAvailable { content in appendEscaped(content) }
    if isPlain == nil { Array(text.utf8).withUnsafeBufferPointer { appendEscaped($0) } }
    append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ content: UnsafeBufferPointer<UInt8>) {
    var copied = 0
    while let place = content.escape(from: copied) {
      append(contentsOf: UnsafeBufferPointer(rebasing: content[copied..<place]))
      copied = place + 1
      let byte = content[place]
      append(UInt8(ascii: "\\"))
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
      case 0x08: append(UInt8(ascii: "b"))
      case 0x09: append(UInt8(ascii: "t"))
      case 0x0A: append(UInt8(ascii: "n"))
      case 0x0C: append(UInt8(ascii: "f"))
      case 0x0D: append(UInt8(ascii: "r"))
      default:
        append("u00")
        for nibble in [byte >> 4, byte & 15] { append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
      }
    }
    append(contentsOf: UnsafeBufferPointer(rebasing: content[copied...]))
  }
}
