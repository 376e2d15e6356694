/// Text in the order that JavaScript's `<` gives it: by UTF-16 units, here without regard to case.
struct TextKey: Comparable, Sendable {
  private let bytes: [UInt8]

  /// - Parameter foldsCase: `A` is `a`.
  init(_ text: String, foldsCase: Bool = true) {
    var bytes = Array(text.utf8)
    if foldsCase {
      if bytes.allSatisfy({ $0 < 0x80 }) {
        for place in bytes.indices where (0x41...0x5A).contains(bytes[place]) { bytes[place] += 0x20 }
      } else {
        bytes = Array(text.lowercased().utf8)
      }
    }
    // Bytes of UTF-8 sort by scalars. In UTF-16 what is beyond U+FFFF comes before U+E000…U+FFFF, whose first bytes are
    // EE and EF: these move behind all others.
    for place in bytes.indices where bytes[place] >= 0xEE { bytes[place] = Self.moved(bytes[place]) }
    self.bytes = bytes
  }

  private static func moved(_ byte: UInt8) -> UInt8 { byte < 0xF0 ? byte + 0x10 : byte }

  static func < (left: TextKey, right: TextKey) -> Bool {
    left.bytes.withUnsafeBufferPointer { a in
      right.bytes.withUnsafeBufferPointer { b in
        for place in 0..<min(a.count, b.count) where a[place] != b[place] { return a[place] < b[place] }
        return a.count < b.count
      }
    }
  }
}
