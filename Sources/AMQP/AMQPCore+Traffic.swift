import DequeModule

/// What goes out on the socket and what comes in.
extension AMQPCore {
  /// So much is sent, or received, before the other gets its turn.
  private static let turnMaximum = 512
  /// So many messages of one lane leave before those of the next.
  private static let laneMaximum = 64

  // MARK: sending

  /// - Returns: true where there's more to send and room for it.
  mutating func flush(now: UInt64) -> Bool {
    wantsWritable = false
    guard let link else { return false }
    for index in lanes.indices where lanes[index].settlements.hasPending && lanes[index].machine.hasChannel {
      for command in lanes[index].settlements.flush() { outbox.append((lanes[index].channel, command)) }
    }
    let hasMessages = partial != nil || nextLane() != nil
    guard hasMessages || !outbox.isEmpty else { return false }
    let isMany = hasMessages || outbox.count > 1
    if isMany { link.cork(true) }
    defer { if isMany { link.cork(false) } }

    var credit = 0
    for _ in 0..<Self.turnMaximum {
      if credit <= 0 {
        guard link.isWritable else {
          wantsWritable = true
          return false
        }
        credit = AMQPLink.chunk
      }
      var failure: String?
      if partial != nil {
        failure = sendBody(link, &credit)
      } else if let (channel, command) = outbox.popFirst() {
        failure = link.send(command, channel: channel)
        // Of a declaration only the limit of its size is known.
        switch command {
        case .exchangeDeclare, .queueDeclare, .bind: credit = 0
        default: credit -= 300
        }
      } else if let index = nextLane() {
        failure = sendMessage(link, index, &credit)
      } else {
        return false
      }
      if let failure {
        lost(AMQPError(.connectionLost, failure), now: now)
        return false
      }
    }
    return true
  }

  /// The lane whose turn it is.
  private mutating func nextLane() -> Int? {
    guard machine.canPublish, blockedSince == nil, !lanes.isEmpty else { return nil }
    for step in 0..<lanes.count {
      let index = (turn / Self.laneMaximum + step) % lanes.count
      guard lanes[index].waiting > 0, lanes[index].machine.state == .open, !lanes[index].isHeld,
        lanes[index].confirms.inFlight < options.inFlightMaximum, lanes[index].nextUnit() != nil
      else { continue }
      if step > 0 { turn = index * Self.laneMaximum }
      return index
    }
    return nil
  }

  private mutating func sendMessage(_ link: AMQPLink, _ index: Int, _ credit: inout Int) -> String? {
    guard let unit = lanes[index].nextUnit() else { return nil }
    let message = unit.messages[unit.sent]
    let tag = lanes[index].confirms.nextTag
    if let failure = link.sendHead(message, tag: tag, channel: lanes[index].channel) { return failure }
    lanes[index].confirms.sent(unit, index: unit.sent)
    lanes[index].waiting -= 1
    unit.sent += 1
    if unit.sent == unit.messages.count { _ = lanes[index].queue.popFirst() }
    metrics.published += 1
    turn = (turn + 1) % (lanes.count * Self.laneMaximum)
    credit -= 400 + (message.headers.isEmpty ? 0 : AMQPValue.size(of: message.headers))
    guard !message.body.isEmpty else { return nil }
    partial = (message.body, 0, lanes[index].channel)
    return message.body.count <= max(credit, 1024) ? sendBody(link, &credit) : nil
  }

  private mutating func sendBody(_ link: AMQPLink, _ credit: inout Int) -> String? {
    guard let (body, sent, channel) = partial else { return nil }
    let end = min(body.count, sent + AMQPLink.chunk)
    credit -= end - sent
    if let failure = link.sendBody(body, sent..<end, channel: channel) { return failure }
    if end == body.count { partial = nil } else { partial?.sent = end }
    return nil
  }

  // MARK: receiving

  /// - Returns: true where there may be more.
  mutating func receive(now: UInt64) -> Bool {
    guard let link else { return false }
    heartbeatAt = now &+ UInt64(max(1, link.heartbeat)) &* 500_000_000
    var hasMore = true
    loop: for _ in 0..<Self.turnMaximum {
      switch link.receive() {
      case .event(let event):
        handle(event, now: now)
        // The connection may have been given up for what came.
        if self.link == nil {
          hasMore = false
          break loop
        }
      case .more: continue
      case .nothing:
        hasMore = false
        break loop
      case .failed(let reason):
        lost(AMQPError(.connectionLost, reason), now: now)
        hasMore = false
        break loop
      }
    }
    for index in lanes.indices where !lanes[index].fresh.isEmpty {
      lanes[index].buffer?.append(lanes[index].fresh)
      lanes[index].fresh.removeAll(keepingCapacity: true)
    }
    return hasMore
  }

  private mutating func handle(_ event: AMQPEvent, now: UInt64) {
    switch event {
    case .confirmed(let channel, let tag, let multiple):
      settle(channel, tag: tag, multiple: multiple, accepted: true)
    case .refused(let channel, let tag, let multiple): settle(channel, tag: tag, multiple: multiple, accepted: false)
    case .returned(let channel, let tag, let code, let text):
      with(channel) { $0.confirms.returned(tag: tag, code: code, text: text) }
    case .delivered(let channel, let content): delivered(channel, content)
    case .answer(let channel, let count):
      if channel == Self.errandChannel {
        errandAnswered(count, now: now)
      } else {
        with(channel) { $0.machine.answered() }
      }
    case .cancelOK(let channel): with(channel) { $0.machine.stopped() }
    case .cancelled(let channel): cancelled(channel, now: now)
    case .channelClosed(let channel, let code, let text): channelClosed(channel, code, text, now: now)
    case .channelCloseOK(let channel):
      // Where both closed it at the same moment it's gone already, or even open again.
      if channel == Self.errandChannel || index(of: channel).map({ lanes[$0].machine.state }) == .leaving {
        channelGone(channel, now: now)
      }
    case .flow(let channel, let active):
      with(channel) { $0.isHeld = !active }
      outbox.append((channel, .flowOK(active: active)))
    case .blocked(let reason): blocked(reason, now: now)
    case .unblocked: unblock(now: now)
    case .closed(let code, let text):
      // Best effort: the broker is closing in any case.
      if let link, link.isWritable { _ = link.send(.connectionCloseOK, channel: 0) }
      lost(AMQPError(.connectionLost, "the broker closed the connection: \(text)", replyCode: code), now: now)
    case .closeOK:
      link = nil
      machine.end()
    }
  }
}
