import JobsprintDomain

/// One comparison of a filter, between values whose types were checked. nil is a value that is not there.
struct FilterComparison {
  enum Operation: String {
    case exists, notExists, empty, notEmpty, equals, notEquals, contains, notContains
    case startsWith, notStartsWith, endsWith, notEndsWith, regex, notRegex
    case gt, lt, gte, lte, after, before, afterOrEquals, beforeOrEquals
    case isTrue = "true"
    case isFalse = "false"
    case lengthEquals, lengthNotEquals, lengthGt, lengthLt, lengthGte, lengthLte
  }

  /// nil for any value.
  let type: FieldType?
  /// nil for one that does not exist.
  let operation: Operation?
  private let name: String
  private let ignoresCase: Bool

  init(kind: String, operation name: String, ignoresCase: Bool) {
    type = FieldType(rawValue: kind)
    operation = Operation(rawValue: name)
    self.name = name
    self.ignoresCase = ignoresCase
  }

  func holds(_ left: JSONValue?, _ right: JSONValue?) throws(NodeError) -> Bool {
    switch type {
    case .number: try numbers(left?.doubleValue, right?.doubleValue)
    case .string: try strings(left, right)
    case .dateTime: try moments(left.flatMap { Moment(reading: $0) }, right.flatMap { Moment(reading: $0) })
    case .boolean: try booleans(left?.boolValue, right?.boolValue)
    case .array: try arrays(left?.arrayValue, right)
    case .object: try objects(left?.objectValue)
    case nil: try anything(left, right)
    }
  }

  private func unknown(_ kind: String) -> NodeError {
    NodeError("The operator '\(name)' does not exist for \(kind) values")
  }

  private func strings(_ left: JSONValue?, _ right: JSONValue?) throws(NodeError) -> Bool {
    let (a, b) = (folded(left?.asPresentText ?? ""), folded(right?.asPresentText ?? ""))
    switch operation {
    case .empty: return a.isEmpty
    case .notEmpty: return !a.isEmpty
    case .equals: return a.hasSameCodeUnits(as: b)
    case .notEquals: return !a.hasSameCodeUnits(as: b)
    case .contains: return a.hasCodeUnits(of: b)
    case .notContains: return !a.hasCodeUnits(of: b)
    case .startsWith: return a.utf8.starts(with: b.utf8)
    case .notStartsWith: return !a.utf8.starts(with: b.utf8)
    case .endsWith: return a.utf8.reversed().starts(with: b.utf8.reversed())
    case .notEndsWith: return !a.utf8.reversed().starts(with: b.utf8.reversed())
    case .regex: return try PatternMatch(right?.asPresentText ?? "").matches(left?.asPresentText ?? "")
    case .notRegex: return try !PatternMatch(right?.asPresentText ?? "").matches(left?.asPresentText ?? "")
    default: throw unknown("string")
    }
  }

  private func folded(_ text: String) -> String { ignoresCase ? text.lowercased() : text }

  private func numbers(_ left: Double?, _ right: Double?) throws(NodeError) -> Bool {
    switch operation {
    case .empty: return left == nil
    case .notEmpty: return left != nil
    case .equals: return left == right
    case .notEquals: return left != right
    default:
      guard let relation = NumberRelation(operation) else { throw unknown("number") }
      // A missing number counts as 0, as JavaScript compares null.
      return relation.holds(left ?? 0, right ?? 0)
    }
  }

  private func moments(_ left: Moment?, _ right: Moment?) throws(NodeError) -> Bool {
    switch operation {
    case .empty: return left == nil
    case .notEmpty: return left != nil
    case .equals: return left == right
    case .notEquals: return left != right
    case .after, .before, .afterOrEquals, .beforeOrEquals:
      guard let left, let right else { return false }
      switch operation {
      case .after: return left > right
      case .before: return left < right
      case .afterOrEquals: return left >= right
      default: return left <= right
      }
    default: throw unknown("dateTime")
    }
  }

  private func booleans(_ left: Bool?, _ right: Bool?) throws(NodeError) -> Bool {
    switch operation {
    case .empty: left == nil
    case .notEmpty: left != nil
    case .isTrue: left == true
    case .isFalse: left == false
    case .equals: left == right
    case .notEquals: left != right
    default: throw unknown("boolean")
    }
  }

  private func arrays(_ left: [JSONValue]?, _ right: JSONValue?) throws(NodeError) -> Bool {
    let elements = left ?? []
    let count = Double(elements.count)
    switch operation {
    case .empty: return elements.isEmpty
    case .notEmpty: return !elements.isEmpty
    case .contains: return contains(elements, right)
    case .notContains: return !contains(elements, right)
    case .lengthEquals: return count == length(right)
    case .lengthNotEquals: return count != length(right)
    case .lengthGt: return count > length(right)
    case .lengthLt: return count < length(right)
    case .lengthGte: return count >= length(right)
    case .lengthLte: return count <= length(right)
    default: throw unknown("array")
    }
  }

  private func contains(_ elements: [JSONValue], _ wanted: JSONValue?) -> Bool {
    elements.contains { element in
      if let a = element.stringValue, let b = wanted?.stringValue { return folded(a).hasSameCodeUnits(as: folded(b)) }
      return element == wanted
    }
  }

  private func length(_ value: JSONValue?) -> Double { value?.converted(to: .number)?.doubleValue ?? 0 }

  private func objects(_ left: JSONObject?) throws(NodeError) -> Bool {
    switch operation {
    case .empty: left?.isEmpty ?? true
    case .notEmpty: !(left?.isEmpty ?? true)
    default: throw unknown("object")
    }
  }

  private func anything(_ left: JSONValue?, _ right: JSONValue?) throws(NodeError) -> Bool {
    switch operation {
    case .empty: left == nil || left == .null || left == "" || left == [] || left == [:]
    case .notEmpty: !(left == nil || left == .null || left == "" || left == [] || left == [:])
    case .equals: left == right
    case .notEquals: left != right
    default: throw unknown("any")
    }
  }
}

/// How two numbers stand to each other.
enum NumberRelation {
  case equal, unequal, greater, less, greaterOrEqual, lessOrEqual

  /// nil for an operation that does not compare two numbers.
  init?(_ operation: FilterComparison.Operation?) {
    switch operation {
    case .equals: self = .equal
    case .notEquals: self = .unequal
    case .gt: self = .greater
    case .lt: self = .less
    case .gte: self = .greaterOrEqual
    case .lte: self = .lessOrEqual
    default: return nil
    }
  }

  func holds(_ left: Double, _ right: Double) -> Bool {
    switch self {
    case .equal: left == right
    case .unequal: left != right
    case .greater: left > right
    case .less: left < right
    case .greaterOrEqual: left >= right
    case .lessOrEqual: left <= right
    }
  }
}

extension String {
  /// JavaScript's `includes`: bytes of UTF-8 are found where code units are.
  func hasCodeUnits(of other: String) -> Bool {
    var (text, wanted) = (self, other)
    return text.withUTF8 { text in
      wanted.withUTF8 { wanted in
        guard let first = wanted.first else { return true }
        guard text.count >= wanted.count else { return false }
        for start in 0...(text.count - wanted.count) where text[start] == first {
          if text[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
        }
        return false
      }
    }
  }
}

extension JSONValue {
  /// Text of a value that is there; null is empty.
  var asPresentText: String { isNull ? "" : asText }
}
