// Turning values into the type that a field or a condition asks for, the way n8n's type validation does.

import JobsprintDomain

enum FieldType: String, Sendable {
  case string, number, boolean, dateTime, array, object
}

extension JSONValue {
  /// The value as `type`, or nil when it can't be one.
  func converted(to type: FieldType) -> JSONValue? {
    switch type {
    case .string: .string(asText)
    case .number: asNumber
    case .boolean: asBoolean
    case .dateTime: Moment(reading: self).map { _ in self }
    case .array: asArray
    case .object: asObject
    }
  }

  /// Text as JavaScript shows it; objects and arrays as JSON.
  var asText: String {
    switch self {
    case .string(let text): text
    case .double(let number): number.javaScriptText
    default: jsonText
    }
  }

  private var asNumber: JSONValue? {
    switch self {
    case .integer, .double: return self
    case .bool(let value): return .integer(value ? 1 : 0)
    case .string(let text): return text.asJavaScriptNumber.map { JSONValue.number($0) }
    default: return nil
    }
  }

  private var asBoolean: JSONValue? {
    switch self {
    case .bool: return self
    case .integer(0), .double(0): return false
    case .integer(1), .double(1): return true
    case .string(let text):
      switch text.lowercased() {
      case "true", "1": return true
      case "false", "0": return false
      default: return nil
      }
    default: return nil
    }
  }

  private var asArray: JSONValue? {
    switch self {
    case .array: return self
    case .string(let text):
      guard let value = try? JSONValue(relaxed: text), case .array = value else { return nil }
      return value
    default: return nil
    }
  }

  private var asObject: JSONValue? {
    switch self {
    case .object: return self
    case .string(let text):
      guard let value = try? JSONValue(relaxed: text), case .object = value else { return nil }
      return value
    default: return nil
    }
  }

  /// JavaScript's `Boolean(value)`.
  var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .double(let value): value != 0 && !value.isNaN
    case .string(let text): !text.isEmpty
    case .array, .object: true
    }
  }
}

extension String {
  /// JavaScript's `Number(text)`: blank text is 0; nil where that is not a number.
  var asJavaScriptNumber: Double? {
    let text = trimmedOfSpace
    guard !text.isEmpty else { return 0 }
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16).map { Double($0) } }
    // Double(_:) also reads hexadecimal floats, "nan" and "inf", which are no numbers here.
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  var trimmedOfSpace: String {
    // Nearly all texts begin and end with a visible character of ASCII.
    guard let first = utf8.first, let last = utf8.last else { return self }
    if (0x21..<0x7F).contains(first), (0x21..<0x7F).contains(last) { return self }
    var scalars = unicodeScalars[...]
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}
