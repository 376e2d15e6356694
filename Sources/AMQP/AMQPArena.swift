import CRabbitMQ

/// Memory for the texts and tables of one method, which the C library wants as pointers; reset after each.
///
/// It is a class because pointers into it must stay where they are. Only its link uses it, on the owner's thread.
final class AMQPArena {
  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var used = 0

  private static let blockSize = 16_384

  deinit { for block in blocks { block.deallocate() } }

  /// What was given out before is invalid from here on.
  func reset() {
    while blocks.count > 1 { blocks.removeLast().deallocate() }
    used = 0
  }

  private func allocate(_ count: Int, alignment: Int = 16) -> UnsafeMutableRawBufferPointer {
    let start = (used + alignment - 1) & ~(alignment - 1)
    if let block = blocks.last, start + count <= block.count {
      used = start + count
      return UnsafeMutableRawBufferPointer(rebasing: block[start..<start + count])
    }
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(Self.blockSize, count), alignment: alignment)
    blocks.append(block)
    used = count
    return UnsafeMutableRawBufferPointer(rebasing: block[0..<count])
  }

  func bytes(_ text: String) -> amqp_bytes_t {
    var text = text
    return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
  }

  private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
    guard !source.isEmpty else { return amqp_bytes_t(len: 0, bytes: nil) }
    let memory = allocate(source.count, alignment: 1)
    memory.copyMemory(from: source)
    return amqp_bytes_t(len: source.count, bytes: memory.baseAddress)
  }

  func table(_ values: [String: AMQPValue], and more: (String, AMQPValue)? = nil) -> amqp_table_t {
    let count = values.count + (more == nil ? 0 : 1)
    guard count > 0 else { return amqp_table_t(num_entries: 0, entries: nil) }
    let entries = allocate(count * MemoryLayout<amqp_table_entry_t>.stride).bindMemory(to: amqp_table_entry_t.self)
    var index = 0
    for (key, value) in values {
      entries.initializeElement(at: index, to: amqp_table_entry_t(key: bytes(key), value: field(value)))
      index += 1
    }
    if let (key, value) = more {
      entries.initializeElement(at: index, to: amqp_table_entry_t(key: bytes(key), value: field(value)))
    }
    return amqp_table_t(num_entries: Int32(count), entries: entries.baseAddress)
  }

  private func field(_ value: AMQPValue) -> amqp_field_value_t {
    var field = amqp_field_value_t()
    switch value {
    case .null: field.kind = UInt8(AMQP_FIELD_KIND_VOID.rawValue)
    case .bool(let value):
      field.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
      field.value.boolean = value ? 1 : 0
    case .int(let value):
      field.kind = UInt8(AMQP_FIELD_KIND_I64.rawValue)
      field.value.i64 = value
    case .double(let value):
      field.kind = UInt8(AMQP_FIELD_KIND_F64.rawValue)
      field.value.f64 = value
    case .timestamp(let value):
      field.kind = UInt8(AMQP_FIELD_KIND_TIMESTAMP.rawValue)
      field.value.u64 = value
    case .string(let value):
      field.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
      field.value.bytes = bytes(value)
    case .bytes(let value):
      field.kind = UInt8(AMQP_FIELD_KIND_BYTES.rawValue)
      field.value.bytes = value.withUnsafeBytes { copy($0) }
    case .table(let value):
      field.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
      field.value.table = table(value)
    case .array(let values):
      field.kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
      let entries = allocate(values.count * MemoryLayout<amqp_field_value_t>.stride).bindMemory(
        to: amqp_field_value_t.self)
      for (index, value) in values.enumerated() { entries.initializeElement(at: index, to: self.field(value)) }
      field.value.array = amqp_array_t(num_entries: Int32(values.count), entries: entries.baseAddress)
    }
    return field
  }
}

extension AMQPValue {
  /// Deeper nesting than anybody needs is cut off.
  init(_ field: amqp_field_value_t, depth: Int = 0) {
    let value = field.value
    switch amqp_field_value_kind_t(UInt32(field.kind)) {
    case AMQP_FIELD_KIND_BOOLEAN: self = .bool(value.boolean != 0)
    case AMQP_FIELD_KIND_I8: self = .int(Int64(value.i8))
    case AMQP_FIELD_KIND_U8: self = .int(Int64(value.u8))
    case AMQP_FIELD_KIND_I16: self = .int(Int64(value.i16))
    case AMQP_FIELD_KIND_U16: self = .int(Int64(value.u16))
    case AMQP_FIELD_KIND_I32: self = .int(Int64(value.i32))
    case AMQP_FIELD_KIND_U32: self = .int(Int64(value.u32))
    case AMQP_FIELD_KIND_I64: self = .int(value.i64)
    case AMQP_FIELD_KIND_U64: self = .int(Int64(clamping: value.u64))
    case AMQP_FIELD_KIND_F32: self = .double(Double(value.f32))
    case AMQP_FIELD_KIND_F64: self = .double(value.f64)
    case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(value.u64)
    case AMQP_FIELD_KIND_UTF8: self = .string(String(value.bytes))
    case AMQP_FIELD_KIND_BYTES: self = .bytes([UInt8](UnsafeRawBufferPointer(value.bytes)))
    case AMQP_FIELD_KIND_TABLE where depth < 16: self = .table(Self.table(value.table, depth: depth + 1))
    case AMQP_FIELD_KIND_ARRAY where depth < 16:
      let entries = UnsafeBufferPointer(start: value.array.entries, count: Int(value.array.num_entries))
      self = .array(entries.map { AMQPValue($0, depth: depth + 1) })
    default: self = .null
    }
  }

  static func table(_ table: amqp_table_t, depth: Int = 0) -> [String: AMQPValue] {
    var values: [String: AMQPValue] = [:]
    for entry in UnsafeBufferPointer(start: table.entries, count: Int(table.num_entries)) {
      values[String(entry.key)] = AMQPValue(entry.value, depth: depth)
    }
    return values
  }
}

extension UnsafeRawBufferPointer {
  init(_ bytes: amqp_bytes_t) { self.init(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len) }
}

extension String {
  init(_ bytes: amqp_bytes_t) { self = String(decoding: UnsafeRawBufferPointer(bytes), as: UTF8.self) }
}
