/// 16 bytes as the server's `uuid`.
public struct PostgresUUID: PostgresValue, Hashable {
  public var high: UInt64
  public var low: UInt64

  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public static var postgresType: PostgresType { .uuid }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) {
    buffer.append(integer: high)
    buffer.append(integer: low)
  }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) {
    guard cell.type == PostgresType.uuid.oid, let high = cell.integer(at: 0, as: UInt64.self),
      let low = cell.integer(at: 8, as: UInt64.self)
    else { throw cell.mismatch("a UUID") }
    self.init(high: high, low: low)
  }
}

/// A moment as the server's `timestamptz`: whole microseconds since 1970-01-01 00:00 UTC, without leap seconds.
/// `.min` and `.max` of the microseconds stand for -infinity and infinity.
public struct PostgresTimestamp: PostgresValue, Hashable, Comparable {
  public var microseconds: Int64

  /// From 1970 to the server's own zero, 2000-01-01.
  @usableFromInline static let epoch: Int64 = 946_684_800_000_000

  @inlinable
  public init(microseconds: Int64) { self.microseconds = microseconds }

  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

  public static var postgresType: PostgresType { .timestamptz }

  @inlinable
  public func encode(into buffer: inout PostgresBuffer) throws(PostgresError) {
    if microseconds == .min || microseconds == .max { return buffer.append(integer: microseconds) }
    let (value, overflow) = microseconds.subtractingReportingOverflow(Self.epoch)
    guard !overflow else { throw PostgresError(.invalidValue, "a time is before the first that PostgreSQL can store") }
    buffer.append(integer: value)
  }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) {
    guard cell.type == PostgresType.timestamptz.oid, let value = cell.integer(as: Int64.self) else {
      throw cell.mismatch("a time (timestamptz)")
    }
    if value == .min || value == .max {
      self.init(microseconds: value)
    } else {
      let (sum, overflow) = value.addingReportingOverflow(Self.epoch)
      self.init(microseconds: overflow ? .max : sum)
    }
  }
}

/// A JSON text as the server's `jsonb`. The server parses it, forgets the order of keys and refuses `\u0000`.
public struct PostgresJSON: PostgresValue, Hashable {
  public var bytes: [UInt8]

  @inlinable
  public init(bytes: [UInt8]) { self.bytes = bytes }

  public init(_ text: String) { bytes = [UInt8](text.utf8) }

  public static var postgresType: PostgresType { .jsonb }

  /// The leading 1 is the version of jsonb's binary format, the only one so far.
  @inlinable
  public func encode(into buffer: inout PostgresBuffer) {
    buffer.append(integer: 1 as UInt8)
    buffer.append(bytes: bytes)
  }

  @inlinable
  public init(decoding cell: PostgresCell) throws(PostgresError) {
    switch cell.type {
    case PostgresType.jsonb.oid:
      guard cell.integer(as: UInt8.self) == 1 else { throw cell.mismatch("jsonb, version 1") }
      bytes = cell.dropping(1).array
    case PostgresType.json.oid: bytes = cell.array
    default: throw cell.mismatch("JSON")
    }
  }
}
