import DequeModule

/// Messages from their callers to their confirms.
extension AMQPCore {
  mutating func submit(_ unit: AMQPPublishUnit, channel: UInt16, now: UInt64) {
    guard let index = index(of: channel) else { return }
    unit.isSubmitted = true
    guard !unit.isCancelled else {
      metrics.failed += unit.abort(.cancelled, Self.cancelled)
      return
    }
    guard machine.phase != .draining, machine.phase != .closing else {
      metrics.failed += unit.abort(.closed, "the AMQP connection is shutting down")
      return
    }
    guard lanes[index].waiting + unit.messages.count <= options.waitingMaximum else {
      metrics.failed += unit.abort(
        .tooManyWaiting, "more than \(options.waitingMaximum) messages wait to be published")
      return
    }
    lanes[index].submit(unit)
    unitsDeadline = min(unitsDeadline, deadline(of: unit))
  }

  /// What can't be sent fails when the limit for waiting is over; what was sent, when its own is.
  private func deadline(of unit: AMQPPublishUnit) -> UInt64 {
    guard let unavailableSince, unit.sent == 0 else { return unit.deadline }
    return min(unit.deadline, max(unit.submitted, unavailableSince) &+ options.waitLimit.nanoseconds)
  }

  mutating func expireUnits(now: UInt64) {
    let error = unavailable(now: now)
    var next = UInt64.max
    for index in lanes.indices {
      for unit in lanes[index].units where !unit.isAnswered {
        let deadline = deadline(of: unit)
        if deadline > now {
          next = min(next, deadline)
        } else if unit.sent == 0 && unavailableSince != nil {
          metrics.failed += unit.abort(error.code, error.message, replyCode: error.replyCode)
        } else {
          let blocked = blockedSince == nil ? "" : "; it blocks publishers"
          metrics.failed += unit.abort(.timedOut, "the broker did not confirm a message within the limit\(blocked)")
        }
      }
    }
    settleWaiting()
    unitsDeadline = next
    for index in lanes.indices where lanes[index].unclaimed > options.inFlightMaximum / 2 {
      recycle(lanes[index].channel, now: now)
    }
  }

  /// What a broken queue never confirms would use up the channel for the others in the end: a new one begins with none.
  private mutating func recycle(_ channel: UInt16, now: UInt64) {
    guard leave(channel, now: now) else { return }
    metrics.channelsClosed += 1
    let reason = "the channel was given up, because too many of its messages were never confirmed"
    failUnits(.channelClosed, reason, channel: channel) { $0.sent > 0 }
  }

  /// What was answered before it was sent doesn't wait any more.
  mutating func settleWaiting() {
    for index in lanes.indices where lanes[index].waiting > 0 {
      var waiting = 0
      for unit in lanes[index].queue where !unit.isAnswered { waiting += unit.messages.count - unit.sent }
      lanes[index].waiting = waiting
    }
  }

  /// - Parameter channel: nil: of all.
  mutating func failUnits(
    _ code: AMQPError.Code, _ message: String, replyCode: Int? = nil, channel: UInt16? = nil,
    where isConcerned: (AMQPPublishUnit) -> Bool
  ) {
    for index in lanes.indices where channel == nil || lanes[index].channel == channel {
      for unit in lanes[index].units where !unit.isAnswered && isConcerned(unit) {
        metrics.failed += unit.abort(code, message, replyCode: replyCode)
      }
      lanes[index].units.removeAll { $0.isAnswered }
    }
    settleWaiting()
  }

  mutating func settle(_ channel: UInt16, tag: UInt64, multiple: Bool, accepted: Bool) {
    guard let index = index(of: channel) else { return }
    var confirmed = 0
    var nacked = 0
    var returned = 0
    lanes[index].confirms.settled(tag: tag, multiple: multiple, accepted: accepted) { unit, position, outcome in
      switch outcome {
      case .confirmed:
        confirmed += 1
        _ = unit.settle(position, nil)
      case .nacked:
        nacked += 1
        let text = "the broker refused a message: its queue is full, or could not take it"
        _ = unit.settle(position, AMQPError(.nacked, text))
      case .returned(let code, let text):
        returned += 1
        let message = unit.messages[position]
        let route = "exchange \"\(message.exchange)\", routing key \"\(message.routingKey)\""
        _ = unit.settle(
          position, AMQPError(.unroutable, "no queue takes a message (\(route)): \(text)", replyCode: code))
      }
    }
    metrics.confirmed += confirmed
    metrics.nacked += nacked
    metrics.returned += returned
  }
}
