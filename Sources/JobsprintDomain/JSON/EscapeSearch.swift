// What ends the plain part of a JSON string, read or written: nearly all strings have no such place but their end.

extension UnsafeBufferPointer<UInt8> {
  /// Where the next byte stands that JSON escapes: a control character, a quote or a backslash.
  func escape(from start: Int) -> Int? {
    var place = start
    let bytes = UnsafeRawBufferPointer(self)
    // Eight bytes at a time, as long as none of them is one.
    while place + 8 <= count, !Self.hasEscape(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) {
      place += 8
    }
    while place < count {
      let byte = self[place]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return place }
      place += 1
    }
    return nil
  }

  /// A borrow reaches the highest bit of a byte that is smaller than what is taken from it; the lowest such byte is
  /// always right, so there is none where no bit is set.
  @inline(__always)
  private static func hasEscape(_ word: UInt64) -> Bool {
    let each: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (each &* 0x22)
    let backslash = word ^ (each &* 0x5C)
    let found = (word &- each &* 0x20) & ~word | (quote &- each) & ~quote | (backslash &- each) & ~backslash
    return found & (each &* 0x80) != 0
  }
}
