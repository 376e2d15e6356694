import GRDBSQLite
import JobsprintDomain
import JobsprintPorts

/// Reads the columns of one row, one after the other.
struct RowReader {
  private let handle: OpaquePointer
  private var index: Int32 = -1

  init(_ handle: OpaquePointer) { self.handle = handle }

  mutating func id<Kind>() throws(PortError) -> Identifier<Kind> {
    let place = next()
    guard sqlite3_column_bytes(handle, place) == 16, let address = sqlite3_column_blob(handle, place) else {
      throw nonsense(place, "an id")
    }
    let bytes = UnsafeRawBufferPointer(start: address, count: 16)
    return Identifier(
      UUIDv7(
        high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))))
  }

  mutating func optionalID<Kind>() throws(PortError) -> Identifier<Kind>? {
    isNull() ? skip() : try id()
  }

  mutating func int() -> Int { Int(sqlite3_column_int64(handle, next())) }

  mutating func optionalInt() -> Int? { isNull() ? skip() : int() }

  mutating func bool() -> Bool { int() != 0 }

  mutating func time() -> Timestamp { Timestamp(milliseconds: sqlite3_column_int64(handle, next())) }

  mutating func optionalTime() -> Timestamp? { isNull() ? skip() : time() }

  mutating func text() -> String {
    let place = next()
    guard let address = sqlite3_column_text(handle, place) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, place))
    return String(decoding: UnsafeBufferPointer(start: address, count: count), as: UTF8.self)
  }

  mutating func optionalText() -> String? { isNull() ? skip() : text() }

  mutating func bytes() -> [UInt8] {
    let place = next()
    guard let address = sqlite3_column_blob(handle, place) else { return [] }
    return Array(UnsafeRawBufferPointer(start: address, count: Int(sqlite3_column_bytes(handle, place))))
  }

  mutating func optionalBytes() -> [UInt8]? { isNull() ? skip() : bytes() }

  /// A word that stands for a case.
  mutating func word<Word: RawRepresentable<String>>(_ type: Word.Type = Word.self) throws(PortError) -> Word {
    let text = text()
    guard let word = Word(rawValue: text) else { throw nonsense(index, "one of the known words") }
    return word
  }

  /// For a column that was just read and makes no sense.
  func nonsense(_ expected: String) -> PortError { nonsense(index, expected) }

  private func nonsense(_ place: Int32, _ expected: String) -> PortError {
    let column = sqlite3_column_name(handle, place).map { String(cString: $0) } ?? "\(place)"
    return PortError(
      .corrupted,
      "The column '\(column)' of the database does not hold \(expected). Restore the data folder from a backup.")
  }

  private func isNull() -> Bool { sqlite3_column_type(handle, index + 1) == SQLITE_NULL }

  private mutating func skip<Value>() -> Value? {
    index += 1
    return nil
  }

  private mutating func next() -> Int32 {
    index += 1
    return index
  }
}
