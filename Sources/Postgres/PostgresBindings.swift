/// The values of one statement, `$1` first, in one buffer in PostgreSQL's binary format.
///
/// Every value has an explicit type: the server never has to guess what binary bytes mean. So a text for a column of an
/// enumeration needs a cast in the SQL: `$1::color`.
public struct PostgresBindings: Sendable {
  @usableFromInline
  struct Field: Sendable {
    @usableFromInline let type: UInt32
    @usableFromInline let offset: Int
    /// -1 is NULL.
    @usableFromInline let length: Int

    @usableFromInline
    init(type: UInt32, offset: Int, length: Int) {
      self.type = type
      self.offset = offset
      self.length = length
    }
  }

  @usableFromInline var buffer = PostgresBuffer()
  @usableFromInline var fields: [Field] = []

  public init() {}

  @inlinable
  public var count: Int { fields.count }

  @inlinable
  public mutating func bind<Value: PostgresValue>(_ value: Value) throws(PostgresError) {
    let start = buffer.count
    try value.encode(into: &buffer)
    fields.append(Field(type: Value.postgresType.oid, offset: start, length: buffer.count - start))
  }

  @inlinable
  public mutating func bind<Value: PostgresValue>(_ value: Value?) throws(PostgresError) {
    if let value {
      try bind(value)
    } else {
      fields.append(Field(type: Value.postgresType.oid, offset: buffer.count, length: -1))
    }
  }

  /// One array, for `unnest($1)` or `= ANY($1)`. A lazy map over the rows of a batch costs no array in between:
  /// `bind(array: entries.lazy.map(\.position))`.
  @inlinable
  public mutating func bind<Value: PostgresValue>(array values: some Collection<Value>) throws(PostgresError) {
    let start = beginArray(of: Value.postgresType, count: values.count, nulls: false)
    for value in values { try appendElement(value) }
    fields.append(Field(type: Value.postgresType.array, offset: start, length: buffer.count - start))
  }

  /// One array that may hold NULL.
  @inlinable
  public mutating func bind<Value: PostgresValue>(array values: some Collection<Value?>) throws(PostgresError) {
    let start = beginArray(of: Value.postgresType, count: values.count, nulls: true)
    for value in values {
      if let value { try appendElement(value) } else { buffer.append(integer: -1 as Int32) }
    }
    fields.append(Field(type: Value.postgresType.array, offset: start, length: buffer.count - start))
  }

  /// An array's head (array_recv): number of dimensions, whether NULL occurs, type of the elements, and for the one
  /// dimension its length and first index. An array without elements has no dimension.
  @usableFromInline
  mutating func beginArray(of type: PostgresType, count: Int, nulls: Bool) -> Int {
    let start = buffer.count
    buffer.append(integer: count == 0 ? 0 : 1 as Int32)
    buffer.append(integer: nulls ? 1 : 0 as Int32)
    buffer.append(integer: type.oid)
    if count > 0 {
      buffer.append(integer: Int32(clamping: count))
      buffer.append(integer: 1 as Int32)
    }
    return start
  }

  @inlinable
  mutating func appendElement(_ value: some PostgresValue) throws(PostgresError) {
    let mark = buffer.count
    buffer.append(integer: 0 as Int32)
    try value.encode(into: &buffer)
    buffer.patch(at: mark, Int32(clamping: buffer.count - mark - 4))
  }
}
