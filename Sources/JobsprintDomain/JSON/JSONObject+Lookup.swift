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

  /// How many bytes the text of a key's value takes, as JavaScript writes it.
  ///
  /// - Parameter place: where to look first; becomes the place where the key was found.
  /// - Returns: nil where the value is not there, or is no text, whole number or boolean.
  @inlinable @inline(__always)
  public func textLength(of key: String, near place: inout Int) -> Int? {
    if !has(key, at: place) {
      guard let found = position(of: key, near: place) else { return nil }
      place = found
    }
    switch entries.span[place].value {
    case .string(let text): return text.utf8.count
    // Beyond that, JavaScript's numbers are not exact.
    case .integer(let number) where number.magnitude <= 1 << 53: return number.decimalLength
    case .bool(let flag): return flag ? 4 : 5
    default: return nil
    }
  }

  /// Writes the text of the value at a place.
  ///
  /// - Parameter bytes: no fewer than ``textLength(of:near:)`` says.
  /// - Returns: how many were written.
  @inlinable @inline(__always)
  public func writeText(at place: Int, to bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
    switch entries.span[place].value {
    case .string(let text): bytes.initialize(fromContentsOf: text.utf8)
    case .integer(let number): number.writeDecimal(to: bytes)
    case .bool(let flag): bytes.initialize(fromContentsOf: (flag ? "true" : "false").utf8)
    default: 0
    }
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
