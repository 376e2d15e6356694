import Glibc

/// Bytes that are on their way to the server, in its order (most significant first). One buffer takes all the values of
/// a statement, or a chunk of a COPY, so that a value costs no allocation of its own.
public struct PostgresBuffer: Sendable {
  @usableFromInline var bytes: [UInt8] = []

  @inlinable
  public init() {}

  @inlinable
  public var count: Int { bytes.count }

  @inlinable
  public mutating func append(integer value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  @inlinable
  public mutating func append(bytes more: some Sequence<UInt8>) {
    bytes.append(contentsOf: more)
  }

  /// The characters in UTF-8. A NUL character is refused here: PostgreSQL's `text` can't hold it, and its own message
  /// ("invalid byte sequence for encoding") hides that.
  public mutating func append(text: String) throws(PostgresError) {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    let place = bytes.withUnsafeBytes { all -> Int? in
      guard let base = all.baseAddress, let found = memchr(base + start, 0, all.count - start) else { return nil }
      return UnsafeRawPointer(found) - base - start
    }
    if let place {
      bytes.removeSubrange(start...)
      throw PostgresError(
        .invalidValue, "a text holds the NUL character (U+0000) at byte \(place); PostgreSQL can store it as bytea only"
      )
    }
  }

  /// Sets four bytes that were left free before their content was known: lengths and counts.
  @inlinable
  mutating func patch(at offset: Int, _ value: Int32) {
    let bits = UInt32(bitPattern: value)
    bytes[offset] = UInt8(truncatingIfNeeded: bits >> 24)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: bits >> 16)
    bytes[offset + 2] = UInt8(truncatingIfNeeded: bits >> 8)
    bytes[offset + 3] = UInt8(truncatingIfNeeded: bits)
  }
}

/// The bytes of one value in a result: a view into memory of the result, valid only while the value is decoded.
public struct PostgresCell {
  @usableFromInline let bytes: UnsafeRawBufferPointer
  /// The type's object id as the server gave it.
  public let type: UInt32

  @usableFromInline
  init(bytes: UnsafeRawBufferPointer, type: UInt32) {
    self.bytes = bytes
    self.type = type
  }

  @inlinable
  public var count: Int { bytes.count }

  /// The big-endian integer at an offset; nil beyond the end.
  @inlinable
  public func integer<T: FixedWidthInteger>(at offset: Int = 0, as: T.Type = T.self) -> T? {
    guard offset >= 0, bytes.count - offset >= MemoryLayout<T>.size else { return nil }
    return T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  @inlinable
  public var array: [UInt8] { [UInt8](bytes) }

  @inlinable
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The bytes from an offset on.
  @inlinable
  func dropping(_ offset: Int) -> PostgresCell {
    PostgresCell(bytes: UnsafeRawBufferPointer(rebasing: bytes.dropFirst(offset)), type: type)
  }

  /// What to throw where the bytes can't be a value of the wanted type.
  public func mismatch(_ wanted: String) -> PostgresError {
    PostgresError(
      .unexpectedColumn, "\(PostgresType.name(of: type)) of \(bytes.count) bytes can't be read as \(wanted)")
  }
}
