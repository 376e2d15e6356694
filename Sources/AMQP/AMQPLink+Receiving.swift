import CRabbitMQ

/// Frames into events. What a frame points to lives only until the next one, so everything is copied out of it here.
extension AMQPLink {
  /// Takes one frame of what has arrived, and sends a heartbeat where one is due: to be called at least once in each
  /// half of the heartbeat's interval.
  func receive() -> Received {
    var frame = amqp_frame_t()
    var atOnce = timeval()
    let status = amqp_simple_wait_frame_noblock(state, &frame, &atOnce)
    if status == AMQP_STATUS_TIMEOUT.rawValue { return .nothing }
    guard status == AMQP_STATUS_OK.rawValue else { return .failed(Self.text(status)) }
    // What the frame points to lives until here.
    defer { amqp_maybe_release_buffers_on_channel(state, frame.channel) }
    switch Int32(frame.frame_type) {
    case AMQP_FRAME_METHOD:
      guard let event = method(frame.payload.method, channel: frame.channel) else { return .more }
      return .event(event)
    case AMQP_FRAME_HEADER:
      let header = frame.payload.properties
      guard header.class_id == UInt16(AMQP_BASIC_CLASS), let decoded = header.decoded else {
        return .failed("a header that can't be read")
      }
      let properties = decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
      return self.header(properties, size: header.body_size, channel: frame.channel)
    case AMQP_FRAME_BODY:
      guard var message = partial.removeValue(forKey: frame.channel), message.hasHeader else {
        return .failed("a body came without its header")
      }
      let bytes = UnsafeRawBufferPointer(frame.payload.body_fragment)
      message.content.body.append(contentsOf: bytes)
      message.missing -= bytes.count
      return proceed(message, channel: frame.channel)
    default: return .more
    }
  }

  private func header(_ properties: amqp_basic_properties_t, size: UInt64, channel: UInt16) -> Received {
    guard var message = partial.removeValue(forKey: channel) else { return .failed("a header came without its method") }
    guard size <= UInt64(bodyMaximum) else {
      return .failed("a message of \(size) bytes is larger than the limit of \(bodyMaximum)")
    }
    message.missing = Int(size)
    message.hasHeader = true
    message.content.body.reserveCapacity(min(message.missing, 1 << 20))
    func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
      properties._flags & UInt32(flag) != 0 ? String(bytes) : nil
    }
    if properties._flags & UInt32(AMQP_BASIC_HEADERS_FLAG) != 0 {
      message.content.properties.headers = AMQPValue.table(properties.headers)
    }
    message.content.properties.contentType = text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type)
    message.content.properties.messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id)
    message.content.properties.correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id)
    message.content.properties.replyTo = text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to)
    message.content.properties.type = text(AMQP_BASIC_TYPE_FLAG, properties.type)
    return proceed(message, channel: channel)
  }

  private func proceed(_ message: Partial, channel: UInt16) -> Received {
    guard message.missing <= 0 else {
      partial[channel] = message
      return .more
    }
    var content = message.content
    let tag = content.properties.headers.removeValue(forKey: Self.tagHeader)?.int
    switch message.kind {
    case .delivery: return .event(.delivered(channel: channel, content))
    case .returned(let code, let text):
      return .event(.returned(channel: channel, tag: UInt64(bitPattern: tag ?? 0), code: code, text: text))
    }
  }

  private func method(_ method: amqp_method_t, channel: UInt16) -> AMQPEvent? {
    func fields<Fields>(_: Fields.Type) -> Fields? { method.decoded?.assumingMemoryBound(to: Fields.self).pointee }
    switch method.id {
    case AMQP_BASIC_DELIVER_METHOD:
      guard let deliver = fields(amqp_basic_deliver_t.self) else { return nil }
      var message = Partial(kind: .delivery)
      message.content.deliveryTag = deliver.delivery_tag
      message.content.redelivered = deliver.redelivered != 0
      message.content.exchange = String(deliver.exchange)
      message.content.routingKey = String(deliver.routing_key)
      partial[channel] = message
      return nil
    case AMQP_BASIC_ACK_METHOD:
      return fields(amqp_basic_ack_t.self).map {
        .confirmed(channel: channel, tag: $0.delivery_tag, multiple: $0.multiple != 0)
      }
    case AMQP_BASIC_NACK_METHOD:
      return fields(amqp_basic_nack_t.self).map {
        .refused(channel: channel, tag: $0.delivery_tag, multiple: $0.multiple != 0)
      }
    case AMQP_BASIC_RETURN_METHOD:
      guard let returned = fields(amqp_basic_return_t.self) else { return nil }
      partial[channel] = Partial(
        kind: .returned(code: Int(returned.reply_code), text: String(returned.reply_text)))
      return nil
    case AMQP_BASIC_CANCEL_METHOD: return .cancelled(channel: channel)
    case AMQP_BASIC_CANCEL_OK_METHOD: return .cancelOK(channel: channel)
    case AMQP_QUEUE_DECLARE_OK_METHOD:
      return fields(amqp_queue_declare_ok_t.self).map {
        .answer(channel: channel, messageCount: Int($0.message_count))
      }
    case AMQP_QUEUE_PURGE_OK_METHOD:
      return fields(amqp_queue_purge_ok_t.self).map { .answer(channel: channel, messageCount: Int($0.message_count)) }
    case AMQP_QUEUE_DELETE_OK_METHOD:
      return fields(amqp_queue_delete_ok_t.self).map { .answer(channel: channel, messageCount: Int($0.message_count)) }
    case AMQP_CHANNEL_OPEN_OK_METHOD, AMQP_CONFIRM_SELECT_OK_METHOD, AMQP_BASIC_QOS_OK_METHOD,
      AMQP_BASIC_CONSUME_OK_METHOD, AMQP_EXCHANGE_DECLARE_OK_METHOD, AMQP_QUEUE_BIND_OK_METHOD:
      return .answer(channel: channel, messageCount: 0)
    case AMQP_CHANNEL_CLOSE_METHOD:
      partial[channel] = nil
      return fields(amqp_channel_close_t.self).map {
        .channelClosed(channel: channel, code: Int($0.reply_code), text: String($0.reply_text))
      }
    case AMQP_CHANNEL_CLOSE_OK_METHOD:
      partial[channel] = nil
      return .channelCloseOK(channel: channel)
    case AMQP_CHANNEL_FLOW_METHOD:
      return fields(amqp_channel_flow_t.self).map { .flow(channel: channel, active: $0.active != 0) }
    case AMQP_CONNECTION_CLOSE_METHOD:
      return fields(amqp_connection_close_t.self).map {
        .closed(code: Int($0.reply_code), text: String($0.reply_text))
      }
    case AMQP_CONNECTION_CLOSE_OK_METHOD: return .closeOK
    case AMQP_CONNECTION_BLOCKED_METHOD:
      return fields(amqp_connection_blocked_t.self).map { .blocked(reason: String($0.reason)) }
    case AMQP_CONNECTION_UNBLOCKED_METHOD: return .unblocked
    default: return nil
    }
  }
}
