/// What a server answers, in version 2 of its protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/).
public enum RedisValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case bytes([UInt8])
  /// A short word of the server's own, such as `OK`.
  case status(String)
  /// Inside an array; where the whole answer is one, it is thrown.
  case error(String)
  case array([RedisValue])

  public var integer: Int64? {
    guard case .integer(let number) = self else { return nil }
    return number
  }

  public var bytes: [UInt8]? {
    guard case .bytes(let bytes) = self else { return nil }
    return bytes
  }

  /// Of bytes or a status; what is not UTF-8 is replaced.
  public var text: String? {
    switch self {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .status(let text): text
    default: nil
    }
  }

  public var elements: [RedisValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }
}
