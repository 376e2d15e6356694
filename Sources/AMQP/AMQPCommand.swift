/// A method that is sent to the broker.
enum AMQPCommand {
  case channelOpen
  case channelClose
  case channelCloseOK
  case flowOK(active: Bool)
  case confirmSelect
  case qos(prefetch: UInt16)
  case consume(queue: String, tag: String, exclusive: Bool)
  case cancel(tag: String)
  case ack(tag: UInt64, multiple: Bool)
  case reject(tag: UInt64, requeue: Bool)
  case nack(tag: UInt64, multiple: Bool, requeue: Bool)
  case exchangeDeclare(AMQPTopology.Exchange)
  case queueDeclare(AMQPTopology.Queue)
  case bind(AMQPTopology.Binding)
  case queueCount(String)
  case queuePurge(String)
  case queueDelete(String)
  case connectionClose
  case connectionCloseOK
}

/// What comes from the broker: a method, or a message that has arrived as a whole.
enum AMQPEvent {
  /// The answer to a question; they come in the order of the questions of their channel.
  case answer(channel: UInt16, messageCount: Int)
  case cancelOK(channel: UInt16)
  case channelClosed(channel: UInt16, code: Int, text: String)
  case channelCloseOK(channel: UInt16)
  case flow(channel: UInt16, active: Bool)
  /// The broker took the consumer away: its queue was deleted, or moved.
  case cancelled(channel: UInt16)
  case confirmed(channel: UInt16, tag: UInt64, multiple: Bool)
  case refused(channel: UInt16, tag: UInt64, multiple: Bool)
  case returned(channel: UInt16, tag: UInt64, code: Int, text: String)
  case delivered(channel: UInt16, AMQPContent)
  case closed(code: Int, text: String)
  case closeOK
  case blocked(reason: String)
  case unblocked
}

/// A delivered message.
struct AMQPContent: Sendable {
  var deliveryTag: UInt64 = 0
  var redelivered = false
  var exchange = ""
  var routingKey = ""
  var properties = AMQPProperties()
  var body: [UInt8] = []
}

public struct AMQPProperties: Sendable {
  public internal(set) var headers: [String: AMQPValue] = [:]
  public internal(set) var contentType: String?
  public internal(set) var messageID: String?
  public internal(set) var correlationID: String?
  public internal(set) var replyTo: String?
  public internal(set) var type: String?
}
