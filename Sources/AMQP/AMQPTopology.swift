/// What must be there before anything is published or consumed: declared on every new connection.
///
/// Declaring what is there with the same arguments changes nothing; with others the broker refuses (406), and the
/// connection is not ready until somebody has brought the two together.
public struct AMQPTopology: Sendable {
  public struct Exchange: Sendable {
    public enum Kind: String, Sendable { case direct, fanout, topic, headers }

    public var name: String
    public var kind: Kind
    public var isDurable = true
    public var arguments: [String: AMQPValue] = [:]
    /// Only looked for, not made.
    public var isPassive = false

    public init(_ name: String, _ kind: Kind) {
      self.name = name
      self.kind = kind
    }
  }

  public struct Queue: Sendable {
    public var name: String
    public var isDurable = true
    /// Of this connection alone, and gone with it.
    public var isExclusive = false
    public var arguments: [String: AMQPValue] = [:]
    /// Only looked for, not made.
    public var isPassive = false

    public init(_ name: String, arguments: [String: AMQPValue] = [:]) {
      self.name = name
      self.arguments = arguments
    }

    /// Replicated, durable, made for data that must not be lost.
    ///
    /// Since RabbitMQ 4 a message that was returned 20 times is dropped or dead-lettered unless `x-delivery-limit` says
    /// otherwise (-1: never).
    public static func quorum(_ name: String, arguments: [String: AMQPValue] = [:]) -> Queue {
      Queue(name, arguments: arguments.merging(["x-queue-type": .string("quorum")]) { _, new in new })
    }

    /// Where one process waits for answers. The name should be unique for each start: after a lost connection the
    /// broker keeps it locked until it notices the loss, and it's tried again until then.
    public static func reply(_ name: String) -> Queue {
      var queue = Queue(name)
      queue.isDurable = false
      queue.isExclusive = true
      return queue
    }

    /// At most so many messages; what comes then is refused, so that its publish fails with `nacked`.
    public func limited(to messages: Int) -> Queue {
      var queue = self
      queue.arguments["x-max-length"] = .int(Int64(messages))
      queue.arguments["x-overflow"] = .string("reject-publish")
      return queue
    }

    /// Where rejected messages go.
    public func deadLettering(to exchange: String, routingKey: String? = nil) -> Queue {
      var queue = self
      queue.arguments["x-dead-letter-exchange"] = .string(exchange)
      if let routingKey { queue.arguments["x-dead-letter-routing-key"] = .string(routingKey) }
      return queue
    }
  }

  public struct Binding: Sendable, Equatable {
    public var queue: String
    public var exchange: String
    public var routingKey: String
    public var arguments: [String: AMQPValue] = [:]

    public init(queue: String, exchange: String, routingKey: String) {
      self.queue = queue
      self.exchange = exchange
      self.routingKey = routingKey
    }
  }

  public var exchanges: [Exchange]
  public var queues: [Queue]
  public var bindings: [Binding]

  public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
    self.exchanges = exchanges
    self.queues = queues
    self.bindings = bindings
  }

  /// What is named in both is taken from the other.
  mutating func add(_ other: AMQPTopology) {
    exchanges.removeAll { old in other.exchanges.contains { $0.name == old.name } }
    queues.removeAll { old in other.queues.contains { $0.name == old.name } }
    bindings.removeAll { other.bindings.contains($0) }
    exchanges += other.exchanges
    queues += other.queues
    bindings += other.bindings
  }

  func check() throws(AMQPError) {
    let names =
      exchanges.map(\.name) + queues.map(\.name) + bindings.flatMap { [$0.queue, $0.exchange, $0.routingKey] }
    guard names.allSatisfy({ $0.utf8.count <= 255 }) else {
      throw AMQPError(.invalid, "a name or key of the topology has more than 255 bytes")
    }
    let arguments = exchanges.map(\.arguments) + queues.map(\.arguments) + bindings.map(\.arguments)
    guard arguments.allSatisfy({ AMQPValue.size(of: $0) <= AMQPMessage.headersMaximum }) else {
      throw AMQPError(.invalid, "arguments in the topology have more than \(AMQPMessage.headersMaximum) bytes")
    }
  }

  var commands: [AMQPCommand] {
    exchanges.map(AMQPCommand.exchangeDeclare) + queues.map(AMQPCommand.queueDeclare) + bindings.map(AMQPCommand.bind)
  }
}
