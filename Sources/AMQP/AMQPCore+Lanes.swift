import DequeModule

/// Channels: opened, closed by the broker, opened again; and errands, which use channel 1 one after the other.
extension AMQPCore {
  mutating func openLanes(now: UInt64) {
    guard machine.phase == .ready else { return }
    for index in lanes.indices {
      let greeting = lanes[index].greeting
      guard lanes[index].machine.open(answers: greeting.count, now: now, limit: answerLimit) else { continue }
      lanes[index].reset()
      for command in greeting { outbox.append((lanes[index].channel, command)) }
    }
  }

  mutating func channelClosed(_ channel: UInt16, _ code: Int, _ text: String, now: UInt64) {
    outbox.append((channel, .channelCloseOK))
    if partial?.channel == channel { partial = nil }
    if channel == Self.errandChannel {
      errandFailed(AMQPError(.channelClosed, text, replyCode: code), now: now)
      return
    }
    metrics.channelsClosed += 1
    if let index = index(of: channel) { pass(.channelClosed(queue: lanes[index].queueName, code: code, text)) }
    channelGone(channel, now: now)
    let reason = "the broker closed the channel: \(text)"
    failUnits(.channelClosed, reason, replyCode: code, channel: channel) { $0.sent > 0 }
  }

  /// Tells who watches; the connection's state remains what it was.
  func pass(_ state: AMQPConnectionState) {
    let before = hub.current
    hub.set(state)
    hub.set(before)
  }

  /// Closes a channel that is of no use any more, to open it again.
  /// - Returns: false where it's not open.
  mutating func leave(_ channel: UInt16, now: UInt64) -> Bool {
    guard let index = index(of: channel), lanes[index].machine.leave(now: now, limit: answerLimit) else { return false }
    outbox.append((channel, .channelClose))
    if partial?.channel == channel { partial = nil }
    return true
  }

  /// The channel is closed on both sides.
  mutating func channelGone(_ channel: UInt16, now: UInt64) {
    if channel == Self.errandChannel {
      if case .leaving = errandState { errandState = .none }
      nextErrand(now: now)
      return
    }
    let backoff = backoff
    with(channel) { lane in
      lane.machine.channelClosed(now: now, backoff: backoff)
      lane.reset()
      if lane.machine.state == .stopped { _ = lane.buffer?.end() }
    }
  }

  /// A lane is never taken out of the list to look at it: a second owner of its queues would have them copied.
  func index(of channel: UInt16) -> Int? {
    let index = Int(channel) - 2
    return lanes.indices.contains(index) ? index : nil
  }

  // MARK: errands

  mutating func nextErrand(now: UInt64) {
    guard case .none = errandState, machine.phase == .preparing || machine.phase == .ready else { return }
    // On a new connection its own comes first.
    if machine.phase == .preparing, let first = errands.first, !first.isOwn {
      var others = Deque<AMQPErrand>()
      var own: AMQPErrand?
      while let errand = errands.popFirst() {
        if own == nil, errand.isOwn { own = errand } else { others.append(errand) }
      }
      if let own { errands.append(own) }
      while let errand = others.popFirst() { errands.append(errand) }
    }
    while let errand = errands.popFirst() {
      let commands = errand.isOwn ? topology.commands : errand.commands
      if commands.isEmpty {
        if errand.isOwn { prepared(now: now) } else { errand.answer(.success([])) }
        continue
      }
      guard errand.isOwn || errand.deadline > now else {
        errand.answer(.failure(unavailable(now: now)))
        continue
      }
      errandState = .asking(errand, answers: commands.count + 1, deadline: now &+ answerLimit)
      outbox.append((Self.errandChannel, .channelOpen))
      for command in commands { outbox.append((Self.errandChannel, command)) }
      return
    }
  }

  mutating func errandAnswered(_ count: Int, now: UInt64) {
    guard case .asking(let errand, let answers, let deadline) = errandState else { return }
    errand.counts.append(count)
    guard answers == 1 else {
      errandState = .asking(errand, answers: answers - 1, deadline: deadline)
      return
    }
    errandState = .leaving(deadline: now &+ answerLimit)
    outbox.append((Self.errandChannel, .channelClose))
    if let topology = errand.topology { self.topology.add(topology) }
    if errand.isOwn { prepared(now: now) } else { errand.answer(.success(Array(errand.counts.dropFirst()))) }
  }

  private mutating func errandFailed(_ error: AMQPError, now: UInt64) {
    guard case .asking(let errand, _, _) = errandState else { return }
    errandState = .none
    guard errand.isOwn else {
      errand.answer(
        .failure(AMQPError(.topologyRefused, "the broker refused: \(error.message)", replyCode: error.replyCode)))
      nextErrand(now: now)
      return
    }
    // Sent at once: after `lost` there's no outbox.
    if let link, link.isWritable { _ = link.send(.connectionClose, channel: 0) }
    let text = "the broker refused to declare the topology: \(error.message)"
    lost(AMQPError(.topologyRefused, text, replyCode: error.replyCode), now: now)
  }

  mutating func expireErrands(now: UInt64) {
    var kept = Deque<AMQPErrand>()
    while let errand = errands.popFirst() {
      if errand.isOwn || errand.deadline > now {
        if !errand.isOwn { unitsDeadline = min(unitsDeadline, errand.deadline) }
        kept.append(errand)
      } else {
        errand.answer(.failure(unavailable(now: now)))
      }
    }
    errands = kept
  }

  /// Why nothing can be published.
  func unavailable(now: UInt64) -> AMQPError {
    if blockedSince != nil {
      return AMQPError(.blocked, "the broker blocks publishers: it is short of memory or disk")
    }
    if machine.canPublish { return AMQPError(.timedOut, "the broker did not answer in time") }
    let cause = lastFailure.map { ": \($0.message)" } ?? ""
    return AMQPError(.notConnected, "there is no connection to the broker\(cause)", replyCode: lastFailure?.replyCode)
  }
}
