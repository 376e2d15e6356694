import JobsprintDomain

/// Equality for what people mean to be equal: `3` and `"3"`, `true` and `"TRUE"` and `1`, a list and its JSON text, and
/// all that is empty. Values of one kind are compared as they are.
enum FuzzyEquality {
  static func areEqual(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    let (left, right) = (left ?? .null, right ?? .null)
    return left.kindName == right.kindName ? left == right : left.fuzzyForm == right.fuzzyForm
  }
}

extension JSONValue {
  /// Values that are equal by ``FuzzyEquality`` have the same form; the other way round that holds for values of
  /// different kinds.
  var fuzzyForm: JSONValue {
    switch self {
    case .null, .integer, .double: return self
    case .bool(let value): return value ? 1 : 0
    case .array(let elements): return elements.isEmpty ? .null : self
    case .object(let members): return members.isEmpty ? .null : self
    case .string(let text):
      let text = text.trimmedOfSpace
      if text.isEmpty { return .null }
      if let number = text.asJavaScriptNumber { return .number(number) }
      if text.utf8.first == UInt8(ascii: "[") || text.utf8.first == UInt8(ascii: "{") {
        return (try? JSONValue(parsing: text))?.fuzzyForm ?? .string(text)
      }
      switch text.utf8.count == 4 || text.utf8.count == 5 ? text.lowercased() : "" {
      case "true": return 1
      case "false": return 0
      default: return .string(text)
      }
    }
  }
}
