import JobsprintDomain

/// One comparison of a filter, between values whose types were checked. nil is a value that is not there.
struct FilterComparison {
  let operation: String
  let ignoresCase: Bool

  func holds(_ kind: String, _ left: JSONValue?, _ right: JSONValue?) throws(NodeError) -> Bool {
    switch kind {
    case "string": try strings(left, right)
    case "number": try numbers(left?.doubleValue, right?.doubleValue)
    case "dateTime": try moments(left.flatMap { Moment($0) }, right.flatMap { Moment($0) })
    case "boolean": try booleans(left?.boolValue, right?.boolValue)
    case "array": try arrays(left?.arrayValue, right)
    case "object": try objects(left?.objectValue)
    default: try anything(left, right)
    }
  }

  private func unknown(_ kind: String) -> NodeError {
    NodeError("The operator '\(operation)' does not exist for \(kind) values")
  }

  private func strings(_ left: JSONValue?, _ right: JSONValue?) throws(NodeError) -> Bool {
    let (a, b) = (folded(left?.asPresentText ?? ""), folded(right?.asPresentText ?? ""))
    switch operation {
    case "empty": return a.isEmpty
    case "notEmpty": return !a.isEmpty
    case "equals": return a == b
    case "notEquals": return a != b
    case "contains": return a.contains(b) || b.isEmpty
    case "notContains": return !(a.contains(b) || b.isEmpty)
    case "startsWith": return a.hasPrefix(b)
    case "notStartsWith": return !a.hasPrefix(b)
    case "endsWith": return a.hasSuffix(b)
    case "notEndsWith": return !a.hasSuffix(b)
    case "regex": return try PatternMatch(right?.asPresentText ?? "").matches(left?.asPresentText ?? "")
    case "notRegex": return try !PatternMatch(right?.asPresentText ?? "").matches(left?.asPresentText ?? "")
    default: throw unknown("string")
    }
  }

  private func folded(_ text: String) -> String { ignoresCase ? text.lowercased() : text }

  private func numbers(_ left: Double?, _ right: Double?) throws(NodeError) -> Bool {
    switch operation {
    case "empty": return left == nil
    case "notEmpty": return left != nil
    case "equals": return left == right
    case "notEquals": return left != right
    default: break
    }
    // A missing number counts as 0, as JavaScript compares null.
    let (a, b) = (left ?? 0, right ?? 0)
    switch operation {
    case "gt": return a > b
    case "lt": return a < b
    case "gte": return a >= b
    case "lte": return a <= b
    default: throw unknown("number")
    }
  }

  private func moments(_ left: Moment?, _ right: Moment?) throws(NodeError) -> Bool {
    switch operation {
    case "empty": return left == nil
    case "notEmpty": return left != nil
    case "equals": return left == right
    case "notEquals": return left != right
    case "after", "before", "afterOrEquals", "beforeOrEquals":
      guard let left, let right else { return false }
      switch operation {
      case "after": return left > right
      case "before": return left < right
      case "afterOrEquals": return left >= right
      default: return left <= right
      }
    default: throw unknown("dateTime")
    }
  }

  private func booleans(_ left: Bool?, _ right: Bool?) throws(NodeError) -> Bool {
    switch operation {
    case "empty": left == nil
    case "notEmpty": left != nil
    case "true": left == true
    case "false": left == false
    case "equals": left == right
    case "notEquals": left != right
    default: throw unknown("boolean")
    }
  }

  private func arrays(_ left: [JSONValue]?, _ right: JSONValue?) throws(NodeError) -> Bool {
    let elements = left ?? []
    let count = Double(elements.count)
    switch operation {
    case "empty": return elements.isEmpty
    case "notEmpty": return !elements.isEmpty
    case "contains": return contains(elements, right)
    case "notContains": return !contains(elements, right)
    case "lengthEquals": return count == length(right)
    case "lengthNotEquals": return count != length(right)
    case "lengthGt": return count > length(right)
    case "lengthLt": return count < length(right)
    case "lengthGte": return count >= length(right)
    case "lengthLte": return count <= length(right)
    default: throw unknown("array")
    }
  }

  private func contains(_ elements: [JSONValue], _ wanted: JSONValue?) -> Bool {
    elements.contains { element in
      if let a = element.stringValue, let b = wanted?.stringValue { return folded(a) == folded(b) }
      return element == wanted
    }
  }

  private func length(_ value: JSONValue?) -> Double { value?.converted(to: .number)?.doubleValue ?? 0 }

  private func objects(_ left: JSONObject?) throws(NodeError) -> Bool {
    switch operation {
    case "empty": left?.isEmpty ?? true
    case "notEmpty": !(left?.isEmpty ?? true)
    default: throw unknown("object")
    }
  }

  private func anything(_ left: JSONValue?, _ right: JSONValue?) throws(NodeError) -> Bool {
    switch operation {
    case "empty": left == nil || left == .null || left == "" || left == [] || left == [:]
    case "notEmpty": !(left == nil || left == .null || left == "" || left == [] || left == [:])
    case "equals": left == right
    case "notEquals": left != right
    default: throw unknown("any")
    }
  }
}

extension JSONValue {
  /// Text of a value that is there; null is empty.
  var asPresentText: String { isNull ? "" : asText }
}
