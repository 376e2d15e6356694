// One key of many objects. Items of one source have their keys in one order, so a key is nearly always where it was in the
// object before.

extension JSONObject {
  /// The value of a key.
  ///
  /// - Parameter place: where to look first; becomes the place where the key was found.
  public func value(of key: String, near place: inout Int) -> JSONValue? {
    if entries.indices.contains(place), entries[place].key.hasSameCodeUnits(as: key) { return entries[place].value }
    guard let found = position(of: key) else { return nil }
    place = found
    return entries[found].value
  }
}
