/// A Swift type that travels as a value of PostgreSQL, in its binary format
/// (the `…send` and `…recv` functions in src/backend/utils/adt; documented only there).
///
/// Types of other modules conform to it in a few lines: an id of 16 bytes as `uuid`, an enumeration as `text`.
public protocol PostgresValue: Sendable {
  static var postgresType: PostgresType { get }

  /// Appends the value's bytes, without a length.
  func encode(into buffer: inout PostgresBuffer) throws(PostgresError)

  /// Throws `cell.mismatch` where the column's type or length isn't what the type reads.
  init(decoding cell: PostgresCell) throws(PostgresError)
}

extension Bool: PostgresValue {
  public static var postgresType: PostgresType { .bool }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: self ? 1 as UInt8 : 0) }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) {
    guard cell.type == PostgresType.bool.oid, let byte = cell.integer(as: UInt8.self) else {
      throw cell.mismatch("Bool")
    }
    self = byte != 0
  }
}

extension PostgresCell {
  /// An integer column of any width, as long as its value fits.
  @inlinable
  func anyInteger<T: FixedWidthInteger>(_: T.Type) throws(PostgresError) -> T {
    let wide: Int64? =
      switch type {
      case 20: integer(as: Int64.self)
      case 23: integer(as: Int32.self).map(Int64.init)
      case 21: integer(as: Int16.self).map(Int64.init)
      default: nil
      }
    guard let wide, let value = T(exactly: wide) else { throw mismatch("\(T.self)") }
    return value
  }
}

extension Int16: PostgresValue {
  public static var postgresType: PostgresType { .int2 }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: self) }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) { self = try cell.anyInteger(Int16.self) }
}

extension Int32: PostgresValue {
  public static var postgresType: PostgresType { .int4 }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: self) }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) { self = try cell.anyInteger(Int32.self) }
}

extension Int64: PostgresValue {
  public static var postgresType: PostgresType { .int8 }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: self) }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) { self = try cell.anyInteger(Int64.self) }
}

extension Int: PostgresValue {
  public static var postgresType: PostgresType { .int8 }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: Int64(self)) }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) { self = try cell.anyInteger(Int.self) }
}

extension Double: PostgresValue {
  public static var postgresType: PostgresType { .float8 }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: bitPattern) }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) {
    switch cell.type {
    case PostgresType.float8.oid:
      guard let bits = cell.integer(as: UInt64.self) else { throw cell.mismatch("Double") }
      self.init(bitPattern: bits)
    case PostgresType.float4.oid:
      guard let bits = cell.integer(as: UInt32.self) else { throw cell.mismatch("Double") }
      self.init(Float(bitPattern: bits))
    default: throw cell.mismatch("Double")
    }
  }
}

extension String: PostgresValue {
  public static var postgresType: PostgresType { .text }

  public func encode(into buffer: inout PostgresBuffer) throws(PostgresError) { try buffer.append(text: self) }

  public init(decoding cell: PostgresCell) throws(PostgresError) {
    if PostgresType.isTextual(cell.type) {
      self = cell.text
    } else if cell.type == PostgresType.jsonb.oid, cell.integer(as: UInt8.self) == 1 {
      self = cell.dropping(1).text
    } else {
      throw cell.mismatch("String")
    }
  }
}

/// Bytes are `bytea`. (Arrays of other values are bound and read with the functions that say "array".)
extension [UInt8]: PostgresValue {
  public static var postgresType: PostgresType { .bytea }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(bytes: self) }

  /// Text and json columns too: documents are passed on without being decoded.
  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) {
    guard cell.type == PostgresType.bytea.oid || PostgresType.isTextual(cell.type) else {
      throw cell.mismatch("[UInt8]")
    }
    self = cell.array
  }
}
