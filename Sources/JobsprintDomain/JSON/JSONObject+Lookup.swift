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
