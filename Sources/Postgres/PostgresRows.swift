import CPostgres
import Glibc

/// What a statement gave back: rows, or a number of rows that it changed. Owns libpq's result and decodes straight from
/// it.
///
/// Never changed after it was received, which is why it may be read from any thread.
public final class PostgresRows: Sendable, RandomAccessCollection {
  // Never changed, see above.
  nonisolated(unsafe) private let result: OpaquePointer
  public let count: Int
  public let columns: Int

  init(result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
    columns = Int(PQnfields(result))
  }

  deinit { PQclear(result) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(index: Int) -> PostgresRow {
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    return PostgresRow(rows: self, index: index)
  }

  /// The number of rows that the statement inserted, updated, deleted, copied or selected; 0 for all others.
  public var affected: Int {
    guard let text = PQcmdTuples(result) else { return 0 }
    return Int(String(cString: text)) ?? 0
  }

  /// The server's name of what was done, for example "INSERT 0 1" or "ROLLBACK".
  public var command: String {
    guard let text = PQcmdStatus(result) else { return "" }
    return String(cString: text)
  }

  /// Whether it was BEGIN or START TRANSACTION. (libpq's own idea of the transaction can't be asked in a full
  /// pipeline.)
  var opensTransaction: Bool {
    guard let text = PQcmdStatus(result) else { return false }
    return strcmp(text, "BEGIN") == 0 || strcmp(text, "START TRANSACTION") == 0
  }

  public func columnName(_ column: Int) -> String {
    guard let name = PQfname(result, Int32(clamping: column)) else { return "" }
    return String(cString: name)
  }

  /// nil is NULL.
  @usableFromInline
  func cell(row: Int, column: Int) throws(PostgresError) -> PostgresCell? {
    guard column < columns else {
      throw PostgresError(.unexpectedColumn, "column \(column + 1) was read of a result that has \(columns)")
    }
    let row = Int32(truncatingIfNeeded: row)
    let column = Int32(truncatingIfNeeded: column)
    if PQgetisnull(result, row, column) == 1 { return nil }
    let bytes = UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    return PostgresCell(bytes: bytes, type: PQftype(result, column))
  }

  /// A mismatch with the name of the column that had it.
  @usableFromInline
  func naming(_ column: Int, _ error: PostgresError) -> PostgresError {
    var error = error
    error.column = columnName(column)
    error.message = "column \(column + 1) \"\(columnName(column))\": \(error.message)"
    return error
  }
}

/// One row, read from left to right: the order of the calls is the order of the columns in the SQL.
///
///     Execution(id: try row.next(), state: try row.next(), finishedAt: try row.nextOptional())
public struct PostgresRow {
  @usableFromInline let rows: PostgresRows
  @usableFromInline let index: Int
  @usableFromInline var column = 0

  @usableFromInline
  init(rows: PostgresRows, index: Int) {
    self.rows = rows
    self.index = index
  }

  @inlinable
  public mutating func next<Value: PostgresValue>(_: Value.Type = Value.self) throws(PostgresError) -> Value {
    let place = column
    guard let value = try nextOptional(Value.self) else {
      throw rows.naming(place, PostgresError(.unexpectedColumn, "NULL can't be read as \(Value.self)"))
    }
    return value
  }

  /// nil is NULL.
  @inlinable
  public mutating func nextOptional<Value: PostgresValue>(_: Value.Type = Value.self) throws(PostgresError) -> Value? {
    let place = column
    guard let cell = try nextCell() else { return nil }
    do { return try Value(decoding: cell) } catch { throw rows.naming(place, error) }
  }

  /// An array of one dimension without NULL.
  @inlinable
  public mutating func nextArray<Value: PostgresValue>(of _: Value.Type = Value.self) throws(PostgresError) -> [Value] {
    let place = column
    var values: [Value] = []
    for value in try nextArray(ofOptional: Value.self) {
      guard let value else {
        throw rows.naming(
          place, PostgresError(.unexpectedColumn, "an element is NULL and can't be read as \(Value.self)"))
      }
      values.append(value)
    }
    return values
  }

  /// An array of one dimension; nil is a NULL in it.
  @inlinable
  public mutating func nextArray<Value: PostgresValue>(
    ofOptional _: Value.Type
  ) throws(PostgresError) -> [Value?] {
    let place = column
    guard let cell = try nextCell() else {
      throw rows.naming(place, PostgresError(.unexpectedColumn, "NULL can't be read as an array"))
    }
    do { return try cell.elements(Value.self) } catch { throw rows.naming(place, error) }
  }

  /// Leaves a column out.
  public mutating func skip() { column += 1 }

  @inlinable
  mutating func nextCell() throws(PostgresError) -> PostgresCell? {
    defer { column += 1 }
    return try rows.cell(row: index, column: column)
  }
}

extension PostgresCell {
  /// The elements of an array (array_send): see `PostgresBindings.beginArray`.
  @inlinable
  func elements<Value: PostgresValue>(_: Value.Type) throws(PostgresError) -> [Value?] {
    guard let dimensions = integer(at: 0, as: Int32.self), let element = integer(at: 8, as: UInt32.self),
      dimensions == 0 || dimensions == 1
    else { throw mismatch("an array of one dimension") }
    guard dimensions == 1 else { return [] }
    guard let count = integer(at: 12, as: Int32.self), count >= 0 else { throw mismatch("an array") }
    var values: [Value?] = []
    values.reserveCapacity(Swift.min(Int(count), bytes.count / 4))
    var offset = 20
    for _ in 0..<count {
      guard let length = integer(at: offset, as: Int32.self) else { throw mismatch("an array of \(count)") }
      offset += 4
      if length < 0 {
        values.append(nil)
        continue
      }
      guard offset + Int(length) <= bytes.count else { throw mismatch("an array of \(count)") }
      let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
      values.append(try Value(decoding: PostgresCell(bytes: part, type: element)))
      offset += Int(length)
    }
    return values
  }
}
