/// How rows of a program go into a table by COPY, the fastest way in for thousands.
///
///     struct CopyEntries: PostgresCopy {
///       static let name = "journal.copy"
///       static let sql = "COPY journal (execution, position, payload) FROM STDIN (FORMAT binary)"
///       static func encode(_ entry: Entry, into row: inout PostgresCopyRow) throws {
///         try row.append(entry.execution)
///         …
///       }
///     }
///
/// The values' types must be exactly the columns': nothing is converted.
public protocol PostgresCopy: Sendable {
  associatedtype Row

  static var name: String { get }
  static var sql: String { get }
  static func encode(_ row: Row, into values: inout PostgresCopyRow) throws
}

/// The row that is being written, in COPY's binary format
/// (https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4).
public struct PostgresCopyRow {
  @usableFromInline var buffer = PostgresBuffer()
  @usableFromInline var fields: Int16 = 0

  init() {}

  @inlinable
  public mutating func append(_ value: some PostgresValue) throws(PostgresError) {
    let mark = buffer.count
    buffer.append(integer: 0 as Int32)
    try value.encode(into: &buffer)
    buffer.patch(at: mark, Int32(clamping: buffer.count - mark - 4))
    fields += 1
  }

  @inlinable
  public mutating func append(_ value: (some PostgresValue)?) throws(PostgresError) {
    if let value { return try append(value) }
    buffer.append(integer: -1 as Int32)
    fields += 1
  }
}

/// Cuts rows into chunks that are ready to be sent.
struct PostgresCopyEncoder<Copy: PostgresCopy> {
  private var row = PostgresCopyRow()
  private var isFirst = true

  /// Between chunks the task waits until the system has taken the last one: 256 KB at a time cost 1 % of the throughput
  /// of everything at once and keep memory flat.
  static var chunk: Int { 256 * 1024 }

  mutating func next(_ rows: inout some IteratorProtocol<Copy.Row>) throws -> [UInt8]? {
    row.buffer.bytes.removeAll(keepingCapacity: true)
    if isFirst {
      // Signature, flags, length of an extension.
      row.buffer.append(bytes: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00])
      row.buffer.append(integer: 0 as Int64)
      isFirst = false
    }
    while row.buffer.count < Self.chunk, let value = rows.next() {
      let mark = row.buffer.count
      row.buffer.append(integer: 0 as Int16)
      row.fields = 0
      try Copy.encode(value, into: &row)
      row.buffer.bytes[mark] = UInt8(truncatingIfNeeded: row.fields >> 8)
      row.buffer.bytes[mark + 1] = UInt8(truncatingIfNeeded: row.fields)
    }
    return row.buffer.count == 0 ? nil : row.buffer.bytes
  }

  static var trailer: [UInt8] { [0xFF, 0xFF] }
}

extension PostgresTransaction {
  /// Where a row can't be encoded or the task is cancelled, the server is told to forget all rows when the transaction
  /// ends.
  /// - Parameter limit: for each chunk that is sent, and for the end.
  /// - Returns: the number of rows.
  @discardableResult
  public func copy<Copy: PostgresCopy>(
    _: Copy.Type, _ rows: some Sequence<Copy.Row>, limit: Duration? = nil
  ) async throws -> Int {
    try await begin()
    _ = try await outside(.copy, [PostgresCommand(name: Copy.name, sql: Copy.sql)], name: Copy.name, limit: limit)
    var encoder = PostgresCopyEncoder<Copy>()
    var iterator = rows.makeIterator()
    while let chunk = try encoder.next(&iterator) {
      _ = try await outside(.rows(chunk), [], name: "\(Copy.name).rows", limit: limit)
    }
    _ = try await outside(.rows(PostgresCopyEncoder<Copy>.trailer), [], name: "\(Copy.name).rows", limit: limit)
    let answer = try await outside(.endCopy(reason: nil), [], name: Copy.name, limit: limit)
    return answer.last?.affected ?? 0
  }
}

extension PostgresPool {
  /// COPY as a transaction of its own.
  @discardableResult
  public func copy<Copy: PostgresCopy>(
    _: Copy.Type, _ rows: some Sequence<Copy.Row>, setting: [String: String] = [:], limit: Duration? = nil
  ) async throws -> Int {
    try await transaction(setting: setting) { try await $0.copy(Copy.self, rows, limit: limit) }
  }
}
