import DequeModule

/// Connections that are lost, statements that are stopped, and all time limits.
extension PostgresCore {
  mutating func lost(_ slot: Int, _ cause: PostgresError, now: UInt64) {
    guard let link = slots[slot].link else { return }
    poller.remove(link.socket)
    slots[slot].link = nil
    metrics.connectionsLost += 1
    // The first attempt is soon, but not at the same instant from everywhere.
    let first = options.backoff.lowerBound.nanoseconds
    let pause = UInt64.random(in: 0...first)
    var units = slots[slot].machine.lost(now: now, pause: pause)
    note(now &+ pause)
    if let unit = slots[slot].outside { units.append(unit) }
    slots[slot].outside = nil
    slots[slot].outsideStep = .none
    slots[slot].isAbandoned = false
    if case .reserved(let unit) = slots[slot].machine.claim { again(unit, now: now) }
    slots[slot].machine.claim = .free
    var error = cause
    if error.code == .server { error.code = .connectionLost }
    actions.append(.tell(.lost(connection: slot, error: error)))
    settle(units, error, now: now)
    if isClosing { closeIdle() }
    dispatch(now: now)
  }

  /// Those that were on their way. The server works in order: when it said itself that it ends the session, it had not
  /// begun with what was behind the head.
  private mutating func settle(_ units: [PostgresUnit], _ error: PostgresError, now: UInt64) {
    let saidItself = error.severity == "FATAL"
    var repeatable: [PostgresUnit] = []
    for (index, unit) in units.enumerated() {
      if let stop = unit.stop {
        answer(unit, stop, .unknown, now: now)
      } else if saidItself, index > 0, case .work = unit.kind, unit.attempts < Self.attemptsMaximum, !isClosing {
        repeatable.append(unit)
      } else {
        metrics.record(unit.name, .lost, nanoseconds: now &- unit.sentAt)
        var own = error
        own.outcome = .unknown
        answer(unit, own)
      }
    }
    for unit in repeatable.reversed() { again(unit, now: now) }
  }

  /// Cancels what the server is working on, if somebody wants that.
  mutating func stopHead(_ slot: Int, now: UInt64) {
    guard let unit = slots[slot].outside ?? slots[slot].machine.oldest, unit.stop != nil,
      !slots[slot].machine.cancelling, let link = slots[slot].link
    else { return }
    if unit.giveUpAt == .max { unit.giveUpAt = now &+ options.cancelGrace.nanoseconds }
    note(unit.giveUpAt)
    // What is prepared for it is nobody's to cancel, and takes no time where the server answers at all.
    guard slots[slot].outside != nil || slots[slot].machine.head === unit else { return }
    guard unit.cancelAgainAt == .max || unit.cancelAgainAt <= now else { return note(unit.cancelAgainAt) }
    unit.cancelAgainAt = now &+ Self.cancelInterval
    note(unit.cancelAgainAt)
    guard let canceller = link.canceller() else { return }
    slots[slot].machine.cancelSent()
    actions.append(.cancel(slot: slot, epoch: slots[slot].epoch, canceller))
  }

  mutating func cancelArrived(_ slot: Int, epoch: UInt32, now: UInt64) {
    guard slots[slot].epoch == epoch, slots[slot].machine.isReady else { return }
    slots[slot].machine.cancelling = false
    stopHead(slot, now: now)
    grant(slot)
    dispatch(now: now)
  }

  // MARK: time

  /// Does what is due, and finds the next moment at which something will be.
  mutating func tick(now: UInt64) {
    nextDeadline = .max
    announced = .max
    if drainUntil != .max { note(drainUntil) }
    for slot in slots.indices { tick(slot, now: now) }
    let limit = options.waitLimit.nanoseconds
    while let unit = queue.first {
      if unit.place == .waiting {
        guard unit.waitingSince &+ limit <= now else {
          note(unit.waitingSince &+ limit)
          break
        }
        metrics.waitsTimedOut += 1
        drop(unit, waitError())
      }
      _ = queue.popFirst()
    }
    dispatch(now: now)
  }

  mutating func tick(_ slot: Int, now: UInt64) {
    switch slots[slot].machine.phase {
    case .down(let until):
      if until <= now { open(slot, now: now) } else { note(until) }
    case .ready:
      let late = { (unit: PostgresUnit) in
        if unit.stop == nil, unit.deadline <= now { unit.stop = .timedOut }
      }
      if let unit = slots[slot].outside { late(unit) }
      slots[slot].machine.forEachUnit(late)
      let oldest = slots[slot].outside ?? slots[slot].machine.oldest
      if let oldest, oldest.giveUpAt <= now {
        return lost(
          slot, PostgresError(.connectionLost, "the server didn't end a statement that was cancelled"), now: now)
      }
      stopHead(slot, now: now)
      var first = UInt64.max
      slots[slot].machine.forEachUnit { if $0.stop == nil { first = min(first, $0.deadline) } }
      if let unit = slots[slot].outside, unit.stop == nil { first = min(first, unit.deadline) }
      if let oldest { first = min(first, oldest.giveUpAt, max(oldest.cancelAgainAt, now &+ 1_000_000)) }
      if first != .max { note(first) }
    case .connecting, .ended: break
    }
  }

  private func waitError() -> PostgresError {
    let seconds = Double(options.waitLimit.nanoseconds) / 1e9
    var text = "no PostgreSQL connection was free within \(seconds) s"
    let connected = slots.count { $0.machine.isReady }
    text += "; \(connected) of \(metrics.size) are open"
    if !isRunning { text += "; the pool isn't running" }
    if connected == 0, let lastFailure { text += "; the last attempt to connect: \(lastFailure.message)" }
    return PostgresError(.waitTimedOut, text)
  }
}
