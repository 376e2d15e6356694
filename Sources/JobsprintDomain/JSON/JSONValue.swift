// A JSON value as workflows carry it: dynamic data that must survive the trip unchanged.
//
// Invariants: objects keep the order of their keys; integers that fit 64 bits are exact; a number that has a
// fraction or an exponent, or does not fit, is a double, and is always finite. The absence of a value (JavaScript's
// `undefined`) is Swift's `nil`, never a case of this type.

/// One JSON value (RFC 8259).
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Finite: the parser refuses what overflows, arithmetic turns it into ``null`` as `JSON.stringify` does.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue: Hashable {
  /// Equality of JSON: `1` equals `1.0`, the order of an object's keys does not matter.
  @inlinable
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.integer(let a), .double(let b)), (.double(let b), .integer(let a)): Int64(exactly: b) == a
    case (.string(let a), .string(let b)): a.hasSameCodeUnits(as: b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .integer(let value): hasher.combine(value)
    case .double(let value):
      // Equal numbers hash alike, whichever case holds them.
      if let whole = Int64(exactly: value) { hasher.combine(whole) } else { hasher.combine(value) }
    case .string(let value): hasher.combine(value)
    case .array(let values): hasher.combine(values)
    case .object(let value): hasher.combine(value)
    }
  }
}

extension JSONValue {
  @inlinable public var isNull: Bool { if case .null = self { true } else { false } }

  /// It is null or empty text.
  @inlinable public var isBlank: Bool {
    switch self {
    case .null: true
    case .string(let text): text.isEmpty
    default: false
    }
  }

  @inlinable public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

  @inlinable public var stringValue: String? { if case .string(let value) = self { value } else { nil } }

  @inlinable public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  @inlinable public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The number as a double, for both kinds of numbers.
  @inlinable public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The number as an integer if it is one, however it was written (`2` and `2.0`).
  public var integerValue: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// JSON's name of the kind: `null`, `boolean`, `number`, `string`, `array`, `object`.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer, .double: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// A number from arithmetic: whole numbers within the range in which doubles are exact become integers,
  /// what is not finite becomes `null` (as `JSON.stringify` writes it).
  public static func number(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    if value.magnitude <= 9_007_199_254_740_992, let whole = Int64(exactly: value) { return .integer(whole) }
    return .double(value)
  }

  /// The member of an object, or nil where there is none or this is no object.
  public subscript(key: String) -> JSONValue? { objectValue?[key] }

  /// The element of an array, or nil where there is none or this is no array.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let values) = self, values.indices.contains(index) else { return nil }
    return values[index]
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
