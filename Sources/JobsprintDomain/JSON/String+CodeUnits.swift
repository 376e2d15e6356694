extension String {
  /// Equality of JSON's and JavaScript's strings: the same code units. Swift's `==` holds for canonically equivalent
  /// text as well, so that `é` as one scalar and `é` as two would be one key of an object.
  @inlinable
  public func hasSameCodeUnits(as other: String) -> Bool {
    guard let own = TextIdentity(self), let others = TextIdentity(other) else { return hasSameBytes(as: other) }
    if own == others { return true }
    if own.holdsText, others.holdsText { return false }
    return utf8.count == other.utf8.count && hasSameBytes(as: other)
  }

  /// Both are one string, or short ones with the same bytes: what nearly all equal keys of objects are. No storage is
  /// looked into. Two strings whose 16 bytes are alike have the same contents, whatever the bytes mean.
  @inlinable @inline(__always)
  func hasSameStorage(as other: String) -> Bool {
    guard let own = TextIdentity(self), let others = TextIdentity(other) else { return false }
    return own == others
  }

  @usableFromInline
  func hasSameBytes(as other: String) -> Bool {
    // Not `withUTF8`: that needs copies of both strings, which count references.
    let isSame = utf8.withContiguousStorageIfAvailable { own in
      other.utf8.withContiguousStorageIfAvailable { others in
        guard own.count == others.count else { return false }
        for place in own.indices where own[place] != others[place] { return false }
        return true
      }
    }
    return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}

/// Stands for a string without holding it: two that are equal stand for the same text, two that are not tell nothing,
/// unless both hold their text.
///
/// Only good while somebody else holds the strings.
public struct TextIdentity: Sendable, Equatable {
  @usableFromInline let bits: (UInt64, UInt64)

  @inlinable @inline(__always)
  public init?(_ text: String) {
    guard MemoryLayout<String>.size == MemoryLayout<(UInt64, UInt64)>.size else { return nil }
    bits = unsafeBitCast(text, to: (UInt64, UInt64).self)
  }

  /// The text lies in the 16 bytes themselves, with its length and with zeros behind it, as nearly all keys do. Both
  /// words are the standard library's (StringObject.swift: bit 61 of the second says it); a test holds all kinds of
  /// strings against each other, should that ever change.
  @inlinable @inline(__always)
  var holdsText: Bool { bits.1 & 0x2000_0000_0000_0000 != 0 }

  @inlinable @inline(__always)
  public static func == (left: TextIdentity, right: TextIdentity) -> Bool {
    left.bits.0 == right.bits.0 && left.bits.1 == right.bits.1
  }
}
