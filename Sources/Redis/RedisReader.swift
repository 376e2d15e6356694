import CHiredis

/// Makes answers of the bytes that come. Used by one thread at a time.
final class RedisReader {
  private let reader: UnsafeMutablePointer<redisReader>?
  private let maximum: Int

  /// - Parameter maximum: bytes of one answer.
  init(maximum: Int) {
    reader = redisReaderCreate()
    self.maximum = maximum
  }

  deinit { redisReaderFree(reader) }

  func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
    guard let reader, redisReaderFeed(reader, bytes.baseAddress, bytes.count) == REDIS_OK else { throw broken() }
    guard reader.pointee.len <= maximum else {
      throw RedisError(.protocolViolated, "Redis has sent an answer of more than \(maximum) bytes")
    }
  }

  /// nil where the next answer is not complete.
  func next() throws(RedisError) -> RedisValue? {
    var reply: UnsafeMutableRawPointer?
    guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw broken() }
    guard let reply else { return nil }
    defer { freeReplyObject(reply) }
    return Self.value(reply.assumingMemoryBound(to: redisReply.self).pointee)
  }

  private func broken() -> RedisError {
    let reason = reader.map { reader in
      withUnsafeBytes(of: reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return RedisError(.protocolViolated, "what came is no answer of Redis: \(reason ?? "no memory")")
  }

  private static func value(_ reply: redisReply) -> RedisValue {
    switch reply.type {
    case REDIS_REPLY_INTEGER: .integer(reply.integer)
    case REDIS_REPLY_STRING: .bytes(Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len)))
    case REDIS_REPLY_STATUS: .status(text(reply))
    case REDIS_REPLY_ERROR: .error(text(reply))
    case REDIS_REPLY_ARRAY: .array((0..<reply.elements).map { reply.element[$0].map { value($0.pointee) } ?? .null })
    default: .null
    }
  }

  private static func text(_ reply: redisReply) -> String {
    String(decoding: UnsafeRawBufferPointer(start: reply.str, count: reply.len), as: UTF8.self)
  }
}
