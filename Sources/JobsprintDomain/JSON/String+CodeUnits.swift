extension String {
  /// Equality of JSON's and JavaScript's strings: the same code units. Swift's `==` holds for canonically equivalent text
  /// as well, so that `é` as one scalar and `é` as two would be one key of an object.
  @inlinable
  public func hasSameCodeUnits(as other: String) -> Bool {
    hasSameStorage(as: other) || (utf8.count == other.utf8.count && hasSameBytes(as: other))
  }

  /// Both are one string, or short ones with the same bytes: what nearly all equal keys of objects are. No storage is
  /// looked into. Two strings whose 16 bytes are alike have the same contents, whatever the bytes mean; nothing is
  /// concluded from a difference.
  @inlinable @inline(__always)
  func hasSameStorage(as other: String) -> Bool {
    guard MemoryLayout<String>.size == MemoryLayout<(UInt64, UInt64)>.size else { return false }
    let own = unsafeBitCast(self, to: (UInt64, UInt64).self)
    let others = unsafeBitCast(other, to: (UInt64, UInt64).self)
    return own.0 == others.0 && own.1 == others.1
  }

  @usableFromInline
  func hasSameBytes(as other: String) -> Bool {
    let isSame = utf8.withContiguousStorageIfAvailable { own in
      other.utf8.withContiguousStorageIfAvailable { others in
        own.count == others.count && own.elementsEqual(others)
      }
    }
    return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}
