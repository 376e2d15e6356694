import JobsprintDomain

/// The comparisons of `if` 1, `switch` 1 and 2 and `filter` 1: by the type under which a condition stands, with
/// JavaScript's conversions.
struct LegacyComparison {
  let kind: String
  let operation: String

  func holds(_ left: JSONValue?, _ right: JSONValue?) throws(NodeError) -> Bool {
    if operation == "isEmpty" { return left.isBlank }
    if operation == "isNotEmpty" { return !left.isBlank }
    switch kind {
    case "number":
      let (a, b) = (left.javaScriptNumber, right.javaScriptNumber)
      switch operation {
      case "smaller": return a < b
      case "smallerEqual": return a <= b
      case "equal": return a == b
      case "notEqual": return a != b
      case "larger": return a > b
      case "largerEqual": return a >= b
      default: throw unknown
      }
    case "dateTime":
      let (first, second) = (left.flatMap { Moment(reading: $0) }, right.flatMap { Moment(reading: $0) })
      guard let a = first, let b = second else {
        let wrong = first == nil ? left : right
        throw NodeError("'\(wrong?.asText ?? "undefined")' is no date that can be compared")
      }
      switch operation {
      case "after": return a > b
      case "before": return a < b
      case "equal": return a == b
      case "notEqual": return a != b
      default: throw unknown
      }
    case "boolean":
      switch operation {
      case "equal": return left.orNull == right.orNull
      case "notEqual": return left.orNull != right.orNull
      default: throw unknown
      }
    default: return try strings(left?.asPresentText ?? "", right?.asPresentText ?? "")
    }
  }

  private func strings(_ a: String, _ b: String) throws(NodeError) -> Bool {
    switch operation {
    case "contains": return a.hasCodeUnits(of: b)
    case "notContains": return !a.hasCodeUnits(of: b)
    case "startsWith": return a.utf8.starts(with: b.utf8)
    case "notStartsWith": return !a.utf8.starts(with: b.utf8)
    case "endsWith": return a.utf8.reversed().starts(with: b.utf8.reversed())
    case "notEndsWith": return !a.utf8.reversed().starts(with: b.utf8.reversed())
    case "equal": return a.hasSameCodeUnits(as: b)
    case "notEqual": return !a.hasSameCodeUnits(as: b)
    case "regex": return try PatternMatch(b).matches(a)
    case "notRegex": return try !PatternMatch(b).matches(a)
    default: throw unknown
    }
  }

  private var unknown: NodeError { NodeError("The operation '\(operation)' does not exist for \(kind) values") }
}

extension JSONValue? {
  fileprivate var orNull: JSONValue { self ?? .null }

  fileprivate var isBlank: Bool {
    switch self {
    case nil, .null?, .string("")?: true
    case .array(let elements)?: elements.isEmpty
    case .object(let members)?: members.isEmpty
    default: false
    }
  }

  /// JavaScript's `Number(value)`: NaN compares as false with everything.
  fileprivate var javaScriptNumber: Double {
    switch self {
    case nil: .nan
    case .null?: 0
    case .bool(let value)?: value ? 1 : 0
    case .string(let text)?: text.asJavaScriptNumber ?? .nan
    case let other?: other.doubleValue ?? .nan
    }
  }
}
