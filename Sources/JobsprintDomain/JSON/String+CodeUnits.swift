extension String {
  /// Equality of JSON's and JavaScript's strings: the same code units. Swift's `==` holds for canonically equivalent text
  /// as well, so that `é` as one scalar and `é` as two would be one key of an object.
  public func hasSameCodeUnits(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    let isSame = utf8.withContiguousStorageIfAvailable { own in
      other.utf8.withContiguousStorageIfAvailable { own.elementsEqual($0) }
    }
    return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}
