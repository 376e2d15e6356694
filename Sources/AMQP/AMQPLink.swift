import CRabbitMQ
import Glibc

/// librabbitmq's connection, logged in. Methods are sent and frames taken as they come; no call here waits for an
/// answer.
///
/// The library sends on a non-blocking socket but waits, without a limit, where the socket is full. So whoever sends
/// asks `isWritable` first, and again after each `chunk` bytes: a socket that the system calls writable takes at least
/// that.
///
/// One thread at a time: made on the connecting thread, then handed over to the owner for good.
final class AMQPLink: Sendable {
  /// The system calls a socket writable while a third of its buffer is free, and no buffer is smaller than 46 KB
  /// (ten segments, net.ipv4.tcp_wmem).
  static let chunk = 8192
  /// Says which publish a returned message belongs to: a return carries no tag of its own.
  static let tagHeader = "x-publish-tag"

  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) let state: amqp_connection_state_t
  // Of the owner's thread alone, once it was handed over.
  private nonisolated(unsafe) let arena = AMQPArena()
  // Of the owner's thread alone, once it was handed over.
  nonisolated(unsafe) var partial: [UInt16: Partial] = [:]
  let socket: Int32
  /// What both agreed upon, in seconds.
  let heartbeat: Int
  let bodyMaximum: Int

  /// A message of which the body isn't complete.
  struct Partial {
    enum Kind {
      case delivery
      case returned(code: Int, text: String)
    }
    let kind: Kind
    var content = AMQPContent()
    var missing = 0
    var hasHeader = false
  }

  enum Received {
    case event(AMQPEvent)
    /// A frame was taken that completes nothing.
    case more
    case nothing
    case failed(String)
  }

  init(_ state: amqp_connection_state_t, bodyMaximum: Int) {
    self.state = state
    self.bodyMaximum = bodyMaximum
    socket = amqp_get_sockfd(state)
    heartbeat = Int(amqp_get_heartbeat(state))
  }

  deinit { amqp_destroy_connection(state) }

  // MARK: sending

  var isWritable: Bool {
    var watched = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
    return poll(&watched, 1, 0) == 1
  }

  /// The library makes a system call for each frame; corked, they leave together: 3 frames of a publish in one packet.
  func cork(_ isCorked: Bool) {
    var value: Int32 = isCorked ? 1 : 0
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// - Parameter tag: of a mandatory message, so that its return can be told from others.
  /// - Returns: nil, or what failed.
  func sendHead(_ message: AMQPMessage, tag: UInt64, channel: UInt16) -> String? {
    arena.reset()
    var publish = amqp_basic_publish_t()
    publish.exchange = arena.bytes(message.exchange)
    publish.routing_key = arena.bytes(message.routingKey)
    publish.mandatory = message.isMandatory ? 1 : 0
    if let failure = send(&publish, AMQP_BASIC_PUBLISH_METHOD, channel) { return failure }

    var properties = amqp_basic_properties_t()
    var flags = UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
    properties.delivery_mode = message.isPersistent ? 2 : 1
    if message.isMandatory || !message.headers.isEmpty {
      flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
      let mark = (Self.tagHeader, AMQPValue.int(Int64(bitPattern: tag)))
      properties.headers = arena.table(message.headers, and: message.isMandatory ? mark : nil)
    }
    func set(_ text: String?, _ flag: Int32, _ path: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>) {
      guard let text else { return }
      flags |= UInt32(flag)
      properties[keyPath: path] = arena.bytes(text)
    }
    set(message.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, \.content_type)
    set(message.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, \.correlation_id)
    set(message.replyTo, AMQP_BASIC_REPLY_TO_FLAG, \.reply_to)
    set(message.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, \.message_id)
    set(message.type, AMQP_BASIC_TYPE_FLAG, \.type)
    let expiration = message.timeToLive.map { String(min($0.nanoseconds / 1_000_000, UInt64(UInt32.max))) }
    set(expiration, AMQP_BASIC_EXPIRATION_FLAG, \.expiration)
    properties._flags = flags

    return withUnsafeMutablePointer(to: &properties) { pointer in
      var frame = amqp_frame_t()
      frame.frame_type = UInt8(AMQP_FRAME_HEADER)
      frame.channel = channel
      frame.payload.properties.class_id = UInt16(AMQP_BASIC_CLASS)
      frame.payload.properties.body_size = UInt64(message.body.count)
      frame.payload.properties.decoded = UnsafeMutableRawPointer(pointer)
      return failure(amqp_send_frame(state, &frame))
    }
  }

  /// - Parameter range: at most `chunk` bytes of the body.
  func sendBody(_ body: [UInt8], _ range: Range<Int>, channel: UInt16) -> String? {
    body.withUnsafeBytes { bytes in
      var frame = amqp_frame_t()
      frame.frame_type = UInt8(AMQP_FRAME_BODY)
      frame.channel = channel
      // The library only reads it.
      let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress.map { $0 + range.lowerBound })
      frame.payload.body_fragment = amqp_bytes_t(len: range.count, bytes: start)
      return failure(amqp_send_frame(state, &frame))
    }
  }

  func send(_ command: AMQPCommand, channel: UInt16) -> String? {
    arena.reset()
    switch command {
    case .channelOpen:
      var method = amqp_channel_open_t()
      return send(&method, AMQP_CHANNEL_OPEN_METHOD, channel)
    case .channelClose:
      var method = amqp_channel_close_t()
      method.reply_code = 200
      return send(&method, AMQP_CHANNEL_CLOSE_METHOD, channel)
    case .channelCloseOK:
      var method = amqp_channel_close_ok_t()
      return send(&method, AMQP_CHANNEL_CLOSE_OK_METHOD, channel)
    case .flowOK(let active):
      var method = amqp_channel_flow_ok_t(active: active ? 1 : 0)
      return send(&method, AMQP_CHANNEL_FLOW_OK_METHOD, channel)
    case .confirmSelect:
      var method = amqp_confirm_select_t()
      return send(&method, AMQP_CONFIRM_SELECT_METHOD, channel)
    case .qos(let prefetch):
      var method = amqp_basic_qos_t()
      method.prefetch_count = prefetch
      return send(&method, AMQP_BASIC_QOS_METHOD, channel)
    case .consume(let queue, let tag, let exclusive):
      var method = amqp_basic_consume_t()
      method.queue = arena.bytes(queue)
      method.consumer_tag = arena.bytes(tag)
      method.exclusive = exclusive ? 1 : 0
      return send(&method, AMQP_BASIC_CONSUME_METHOD, channel)
    case .cancel(let tag):
      var method = amqp_basic_cancel_t()
      method.consumer_tag = arena.bytes(tag)
      return send(&method, AMQP_BASIC_CANCEL_METHOD, channel)
    case .ack(let tag, let multiple):
      var method = amqp_basic_ack_t(delivery_tag: tag, multiple: multiple ? 1 : 0)
      return send(&method, AMQP_BASIC_ACK_METHOD, channel)
    case .reject(let tag, let requeue):
      var method = amqp_basic_reject_t(delivery_tag: tag, requeue: requeue ? 1 : 0)
      return send(&method, AMQP_BASIC_REJECT_METHOD, channel)
    case .nack(let tag, let multiple, let requeue):
      var method = amqp_basic_nack_t(delivery_tag: tag, multiple: multiple ? 1 : 0, requeue: requeue ? 1 : 0)
      return send(&method, AMQP_BASIC_NACK_METHOD, channel)
    case .connectionClose:
      var method = amqp_connection_close_t()
      method.reply_code = 200
      return send(&method, AMQP_CONNECTION_CLOSE_METHOD, 0)
    case .connectionCloseOK:
      var method = amqp_connection_close_ok_t()
      return send(&method, AMQP_CONNECTION_CLOSE_OK_METHOD, 0)
    default: return declare(command, channel: channel)
    }
  }

  private func declare(_ command: AMQPCommand, channel: UInt16) -> String? {
    switch command {
    case .exchangeDeclare(let exchange):
      var method = amqp_exchange_declare_t()
      method.exchange = arena.bytes(exchange.name)
      method.type = arena.bytes(exchange.kind.rawValue)
      method.passive = exchange.isPassive ? 1 : 0
      method.durable = exchange.isDurable ? 1 : 0
      method.arguments = arena.table(exchange.arguments)
      return send(&method, AMQP_EXCHANGE_DECLARE_METHOD, channel)
    case .queueDeclare(let queue):
      var method = amqp_queue_declare_t()
      method.queue = arena.bytes(queue.name)
      method.passive = queue.isPassive ? 1 : 0
      method.durable = queue.isDurable ? 1 : 0
      method.exclusive = queue.isExclusive ? 1 : 0
      method.arguments = arena.table(queue.arguments)
      return send(&method, AMQP_QUEUE_DECLARE_METHOD, channel)
    case .bind(let binding):
      var method = amqp_queue_bind_t()
      method.queue = arena.bytes(binding.queue)
      method.exchange = arena.bytes(binding.exchange)
      method.routing_key = arena.bytes(binding.routingKey)
      method.arguments = arena.table(binding.arguments)
      return send(&method, AMQP_QUEUE_BIND_METHOD, channel)
    case .queueCount(let queue):
      var method = amqp_queue_declare_t()
      method.queue = arena.bytes(queue)
      method.passive = 1
      return send(&method, AMQP_QUEUE_DECLARE_METHOD, channel)
    case .queuePurge(let queue):
      var method = amqp_queue_purge_t()
      method.queue = arena.bytes(queue)
      return send(&method, AMQP_QUEUE_PURGE_METHOD, channel)
    case .queueDelete(let queue):
      var method = amqp_queue_delete_t()
      method.queue = arena.bytes(queue)
      return send(&method, AMQP_QUEUE_DELETE_METHOD, channel)
    default: return nil
    }
  }

  private func send<Method>(_ method: inout Method, _ id: amqp_method_number_t, _ channel: UInt16) -> String? {
    withUnsafeMutablePointer(to: &method) { failure(amqp_send_method(state, channel, id, UnsafeMutableRawPointer($0))) }
  }

  private func failure(_ status: Int32) -> String? {
    status == AMQP_STATUS_OK.rawValue ? nil : Self.text(status)
  }

  static func text(_ status: Int32) -> String { String(cString: amqp_error_string2(status)) }
}
