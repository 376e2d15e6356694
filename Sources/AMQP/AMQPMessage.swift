/// A value of a header or an argument.
public enum AMQPValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  /// Seconds since 1970.
  case timestamp(UInt64)
  case array([AMQPValue])
  case table([String: AMQPValue])

  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var int: Int64? {
    if case .int(let value) = self { value } else { nil }
  }

  /// An upper bound of what it takes on the wire, in bytes.
  var size: Int {
    switch self {
    case .null, .bool: 2
    case .int, .double, .timestamp: 9
    case .string(let text): 5 + text.utf8.count
    case .bytes(let bytes): 5 + bytes.count
    case .array(let values): values.reduce(5) { $0 + $1.size }
    case .table(let table): Self.size(of: table) + 1
    }
  }

  static func size(of table: [String: AMQPValue]) -> Int {
    table.reduce(4) { $0 + 1 + $1.key.utf8.count + $1.value.size }
  }
}

/// What is published. Names of exchanges, keys and properties are at most 255 bytes of UTF-8, headers 8,192 in all.
public struct AMQPMessage: Sendable {
  /// "" is the default exchange: the routing key is the name of a queue.
  public var exchange: String
  public var routingKey: String
  public var body: [UInt8]
  public var headers: [String: AMQPValue] = [:]
  /// Written to disk where the queue is durable.
  public var isPersistent = true
  /// If no queue takes it, the publish fails with `unroutable` instead of dropping it. Costs one header on the wire,
  /// `x-publish-tag`, which a consumer of this module doesn't show.
  public var isMandatory = true
  public var contentType: String?
  public var messageID: String?
  public var correlationID: String?
  public var replyTo: String?
  public var type: String?
  /// After this time in a queue it's dropped or dead-lettered.
  public var timeToLive: Duration?

  public init(exchange: String = "", routingKey: String, body: [UInt8]) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.body = body
  }

  static let headersMaximum = 8192

  /// The wire has one byte for the length of a short text, and a header frame must fit into what the peer accepts.
  func check() throws(AMQPError) {
    for text in [exchange, routingKey, contentType, messageID, correlationID, replyTo, type] {
      guard let text, text.utf8.count > 255 else { continue }
      throw AMQPError(.invalid, "a name, key or property of a message has more than 255 bytes")
    }
    guard headers.isEmpty || AMQPValue.size(of: headers) <= Self.headersMaximum else {
      throw AMQPError(.invalid, "the headers of a message have more than \(Self.headersMaximum) bytes")
    }
    guard headers.keys.allSatisfy({ $0.utf8.count <= 128 }) else {
      throw AMQPError(.invalid, "the name of a header has more than 128 bytes")
    }
  }
}
