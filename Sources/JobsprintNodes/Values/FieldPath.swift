import JobsprintDomain

/// The name of a field, read once for many items: a path (`a.b[0]`), or without dot notation a plain key.
///
/// A key that is spelled like the path comes before the path, as in lodash's `get`, `set` and `unset`.
struct FieldPath: Sendable {
  let name: String
  /// nil where the name is a plain key.
  private let path: PropertyPath?

  init(_ name: String, usesDots: Bool = true) {
    self.name = name
    let isPath = usesDots && name.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") }
    path = isPath ? PropertyPath(name) : nil
  }

  /// It may lead into a field's own fields.
  var isNested: Bool { path != nil }

  func value(in object: JSONObject) -> JSONValue? { object[name] ?? path?.value(in: object) }

  /// The same for one object after the other.
  ///
  /// - Parameter place: where the field was in the object before.
  func value(in object: JSONObject, near place: inout Int) -> JSONValue? {
    object.value(of: name, near: &place) ?? path?.value(in: object)
  }

  /// The same for one item after the other.
  ///
  /// - Parameters:
  ///   - index: the item's place.
  ///   - place: where the field was in the item before.
  func value(in items: [Item], at index: Int, near place: inout Int) -> JSONValue? {
    items.value(of: name, at: index, near: &place) ?? path?.value(in: items[index].json)
  }

  /// The same where it is a number.
  @inline(__always)
  func number(in items: [Item], at index: Int, near place: inout Int) -> Double? {
    if path == nil { return items.number(of: name, at: index, near: &place) }
    return value(in: items, at: index, near: &place)?.doubleValue
  }

  /// What stands for the same where it is text; nil tells nothing.
  @inline(__always)
  func textIdentity(in items: [Item], at index: Int, near place: inout Int) -> TextIdentity? {
    path == nil ? items.textIdentity(of: name, at: index, near: &place) : nil
  }

  /// It is there, and neither null nor empty text.
  @inline(__always)
  func hasContent(in items: [Item], at index: Int, near place: inout Int) -> Bool {
    if path == nil { return items.hasContent(of: name, at: index, near: &place) }
    return !(value(in: items, at: index, near: &place)?.isBlank ?? true)
  }

  func set(_ value: JSONValue, in object: inout JSONObject) {
    if let path, !object.contains(name) { path.set(value, in: &object) } else { object[name] = value }
  }

  func remove(from object: inout JSONObject) {
    if let path, !object.contains(name) { path.remove(from: &object) } else { object[name] = nil }
  }

  /// A field that no item has is a typing mistake. No items at all make none.
  func requirePresence(in items: [Item], of source: String = "the input data") throws(NodeError) {
    guard !items.isEmpty, !items.contains(where: { value(in: $0.json) != nil }) else { return }
    throw absence(in: source)
  }

  func absence(in source: String = "the input data") -> NodeError {
    let mayBePath = path == nil && name.contains(".")
    return NodeError(
      "Couldn't find the field '\(name)' in \(source)",
      description: mayBePath
        ? "To name a field inside another one, switch off the option 'Disable Dot Notation'."
        : "Check the spelling of the field, or change what comes in.", context: ["field": .string(name)])
  }
}
