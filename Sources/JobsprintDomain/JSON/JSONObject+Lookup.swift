// One key of many objects. Items of one source have their keys in one order, so a key is nearly always where it was in
// the object before.

extension JSONObject {
  /// The value of a key.
  ///
  /// - Parameter place: where to look first; becomes the place where the key was found.
  @inlinable
  public func value(of key: String, near place: inout Int) -> JSONValue? {
    if !has(key, at: place) {
      guard let found = position(of: key, near: place) else { return nil }
      place = found
    }
    return entries.span[place].value
  }

  /// Appends the text of a key's value as JavaScript writes it, where that is text, a whole number or a boolean.
  ///
  /// - Parameter place: where to look first; becomes the place where the key was found.
  /// - Returns: whether it was.
  @inlinable
  public func appendText(of key: String, near place: inout Int, to bytes: inout [UInt8]) -> Bool {
    if !has(key, at: place) {
      guard let found = position(of: key, near: place) else { return false }
      place = found
    }
    switch entries.span[place].value {
    case .string(let text): bytes.append(utf8: text)
    // Beyond that, JavaScript's numbers are not exact.
    case .integer(let number) where number.magnitude <= 1 << 53: bytes.append(decimal: number)
    case .bool(let flag): bytes.append(utf8: flag ? "true" : "false")
    default: return false
    }
    return true
  }

  @usableFromInline
  func position(of key: String, near place: Int) -> Int? {
    if place < entries.count, entries.span[place].key.hasSameCodeUnits(as: key) { return place }
    return position(of: key)
  }

  /// The key is at that place, in the very storage: what equal keys of items that one node made are.
  @inlinable @inline(__always)
  func has(_ key: String, at place: Int) -> Bool {
    place < entries.count && entries.span[place].key.hasSameStorage(as: key)
  }
}
