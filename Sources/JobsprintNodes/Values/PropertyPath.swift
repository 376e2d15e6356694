import JobsprintDomain

/// A path into JSON as n8n writes it: `a.b[0].c`, `a["x.y"]`. Keys are data; no name is special.
struct PropertyPath: Sendable {
  private let steps: [String]

  init(_ text: String) {
    var steps: [String] = []
    var current = ""
    var rest = text.unicodeScalars[...]
    var endedBracket = false
    while let scalar = rest.popFirst() {
      switch scalar {
      case ".":
        if !endedBracket { steps.append(current) }
        current = ""
        endedBracket = false
      case "[":
        guard let close = rest.firstIndex(of: "]") else {
          current.unicodeScalars.append(scalar)
          continue
        }
        if !endedBracket, !current.isEmpty { steps.append(current) }
        current = ""
        var key = String(rest[..<close])
        for quote in ["\"", "'"] where key.count >= 2 && key.hasPrefix(quote) && key.hasSuffix(quote) {
          key = String(key.dropFirst().dropLast())
        }
        steps.append(key)
        rest = rest[rest.index(after: close)...]
        endedBracket = true
      default:
        current.unicodeScalars.append(scalar)
        endedBracket = false
      }
    }
    if !endedBracket { steps.append(current) }
    self.steps = steps.count > Self.mostSteps ? [text] : steps
  }

  /// A longer text is one plain key: JSON of such a depth is refused anyway, and each step is a level of recursion.
  private static let mostSteps = JSONValue.depthLimit

  func value(in object: JSONObject) -> JSONValue? {
    guard let first = steps.first, var found = object[first] else { return nil }
    for step in steps.dropFirst() {
      guard let next = found[step] ?? Int(step).flatMap({ found[$0] }) else { return nil }
      found = next
    }
    return found
  }

  /// Makes objects and arrays on the way; a number as a key makes an array, as lodash's `set` does.
  func set(_ value: JSONValue, in object: inout JSONObject) {
    guard let first = steps.first else { return }
    object[first] = Self.setting(value, at: steps.dropFirst(), in: object[first])
  }

  func remove(from object: inout JSONObject) {
    guard let first = steps.first, let found = object[first] else { return }
    if steps.count == 1 {
      object[first] = nil
    } else {
      object[first] = Self.removing(steps.dropFirst(), from: found)
    }
  }

  /// The largest index that a path may make: a hole of this size is an accident or an attack, and it may be made in
  /// every item.
  private static let largestIndex = 1000

  private static func setting(_ value: JSONValue, at steps: ArraySlice<String>, in container: JSONValue?) -> JSONValue {
    guard let step = steps.first else { return value }
    let index = Int(step).flatMap { (0...largestIndex).contains($0) ? $0 : nil }
    if case .array(var elements)? = container, let index {
      while elements.count <= index { elements.append(.null) }
      elements[index] = setting(value, at: steps.dropFirst(), in: elements[index])
      return .array(elements)
    }
    if case .object(var members)? = container {
      members[step] = setting(value, at: steps.dropFirst(), in: members[step])
      return .object(members)
    }
    if let index {
      var elements = [JSONValue](repeating: .null, count: index + 1)
      elements[index] = setting(value, at: steps.dropFirst(), in: nil)
      return .array(elements)
    }
    return .object([step: setting(value, at: steps.dropFirst(), in: nil)])
  }

  private static func removing(_ steps: ArraySlice<String>, from container: JSONValue) -> JSONValue {
    guard let step = steps.first else { return container }
    switch container {
    case .object(var members):
      if steps.count == 1 {
        members[step] = nil
      } else if let inner = members[step] {
        members[step] = removing(steps.dropFirst(), from: inner)
      }
      return .object(members)
    case .array(var elements):
      guard let index = Int(step), elements.indices.contains(index) else { return container }
      elements[index] = steps.count == 1 ? .null : removing(steps.dropFirst(), from: elements[index])
      return .array(elements)
    default: return container
    }
  }
}
