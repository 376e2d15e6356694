import GRDBSQLite
import JobsprintDomain

/// Binds the values of a statement one after the other, without a box around any of them.
struct Binder {
  private let handle: OpaquePointer
  private var index: Int32 = 0
  /// The first result that was not `SQLITE_OK`.
  private(set) var status = SQLITE_OK

  /// SQLite copies the bytes before the call returns.
  private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

  init(_ handle: OpaquePointer) { self.handle = handle }

  mutating func add<Kind>(_ id: Identifier<Kind>) {
    let halves = (id.uuid.high.bigEndian, id.uuid.low.bigEndian)
    let place = next()
    note(withUnsafeBytes(of: halves) { sqlite3_bind_blob(handle, place, $0.baseAddress, 16, Self.transient) })
  }

  mutating func add<Kind>(_ id: Identifier<Kind>?) {
    if let id { add(id) } else { addNull() }
  }

  mutating func add(_ value: Int) { note(sqlite3_bind_int64(handle, next(), Int64(value))) }

  mutating func add(_ value: Int?) {
    if let value { add(value) } else { addNull() }
  }

  mutating func add(_ value: Bool) { add(value ? 1 : 0) }

  mutating func add(_ time: Timestamp) { note(sqlite3_bind_int64(handle, next(), time.milliseconds)) }

  mutating func add(_ time: Timestamp?) {
    if let time { add(time) } else { addNull() }
  }

  mutating func add(_ text: String) {
    var text = text
    let place = next()
    note(
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          // An empty buffer may have no address, which would bind NULL.
          guard let address = $0.baseAddress else { return sqlite3_bind_text(handle, place, "", 0, Self.transient) }
          return sqlite3_bind_text64(handle, place, address, UInt64($0.count), Self.transient, UInt8(SQLITE_UTF8))
        }
      })
  }

  mutating func add(_ text: String?) {
    if let text { add(text) } else { addNull() }
  }

  mutating func add(_ bytes: [UInt8]) {
    let place = next()
    note(
      bytes.withUnsafeBytes {
        guard let address = $0.baseAddress, !$0.isEmpty else { return sqlite3_bind_zeroblob(handle, place, 0) }
        return sqlite3_bind_blob64(handle, place, address, UInt64($0.count), Self.transient)
      })
  }

  mutating func addNull() { note(sqlite3_bind_null(handle, next())) }

  private mutating func next() -> Int32 {
    index += 1
    return index
  }

  private mutating func note(_ code: Int32) { if status == SQLITE_OK { status = code } }
}
