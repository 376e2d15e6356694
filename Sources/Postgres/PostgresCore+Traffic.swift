/// What goes to the server and what comes back.
extension PostgresCore {
  mutating func send(_ unit: PostgresUnit, on slot: Int, now: UInt64) {
    guard let link = slots[slot].link else { return }
    guard slots[slot].outsideStep == .none else {
      return answer(unit, PostgresError(.misuse, "a statement was sent in the middle of a COPY or a script"))
    }
    unit.attempts += 1
    unit.place = .sent(slot: slot)
    unit.sentAt = now
    unit.deadline = now &+ unit.limit
    unit.cancelsBefore = slots[slot].machine.cancels
    note(unit.deadline)
    let isAlone = slots[slot].machine.depth == 0
    slots[slot].hasSlow = !metrics.isKnown(unit.name, within: Self.slow) || (slots[slot].hasSlow && !isAlone)
    guard put(unit, link, slot) else {
      let error = PostgresError(.connectionLost, link.failure)
      let isOnItsWay = slots[slot].machine.holds(unit)
      lost(slot, error, now: now)
      if !isOnItsWay { unsent(unit, error, now: now) }
      return
    }
    flush(slot, now: now)
    if unit.stop != nil { stopHead(slot, now: now) }
  }

  /// The connection broke while the unit's statements were being prepared: the connection knows nothing of the unit,
  /// and the server has not seen it.
  private mutating func unsent(_ unit: PostgresUnit, _ error: PostgresError, now: UInt64) {
    switch unit.kind {
    case .work where unit.stop == nil && unit.attempts < Self.attemptsMaximum && !isClosing:
      again(unit, now: now)
      dispatch(now: now)
    case .greeting: unit.place = .done
    default: answer(unit, error)
    }
  }

  /// Statements that the connection doesn't know yet are prepared first, each in a unit of its own: whether that
  /// succeeds has nothing to do with the unit that happens to need it first.
  private mutating func put(_ unit: PostgresUnit, _ link: PostgresLink, _ slot: Int) -> Bool {
    if slots[slot].machine.cache.capacity > 0 {
      unit.names.removeAll(keepingCapacity: true)
      for command in unit.commands {
        if let name = slots[slot].machine.cache.find(command.sql) {
          unit.names.append(name)
          continue
        }
        let (name, evicted) = slots[slot].machine.cache.insert(command.sql)
        if let evicted {
          guard link.send(PostgresCommand(sql: "DEALLOCATE \(evicted)"), prepared: nil), link.sync() else {
            return false
          }
          slots[slot].machine.sent(.chore)
        }
        guard link.prepare(name, command), link.sync() else { return false }
        slots[slot].machine.sent(.prepare(sql: command.sql, name: name))
        unit.names.append(name)
      }
    }
    slots[slot].machine.sent(.unit(unit))
    for (index, command) in unit.commands.enumerated() {
      guard link.send(command, prepared: unit.names.isEmpty ? nil : unit.names[index]) else { return false }
    }
    return link.sync()
  }

  mutating func flush(_ slot: Int, now: UInt64) {
    guard let link = slots[slot].link else { return }
    switch link.flush() {
    case .failed: lost(slot, PostgresError(.connectionLost, link.failure), now: now)
    case .done:
      if slots[slot].watchesWritable {
        slots[slot].watchesWritable = false
        poller.watch(link.socket, token(slot), writable: false)
      }
      flushed(slot)
    case .pending:
      if !slots[slot].watchesWritable {
        slots[slot].watchesWritable = true
        poller.watch(link.socket, token(slot), writable: true)
      }
    }
  }

  // MARK: receiving

  mutating func ready(_ token: PostgresPoller.Token, writable: Bool, now: UInt64) {
    let slot = Int(token.slot)
    guard slots.indices.contains(slot), slots[slot].epoch == token.epoch, let link = slots[slot].link else { return }
    let alive = link.consume()
    while let notification = link.nextNotification() { actions.append(.notified(notification)) }
    if slots[slot].outsideStep != .none { receiveOutside(slot, now: now) }
    while slots[slot].link === link, slots[slot].outsideStep == .none, slots[slot].machine.depth > 0,
      let message = link.next()
    {
      switch slots[slot].machine.received(message) {
      case .nothing: break
      case .finished(let unit): finish(unit, slot, now: now)
      case .broken(let error): lost(slot, error, now: now)
      }
    }
    guard slots[slot].link === link else { return }
    if !alive { return lost(slot, PostgresError(.connectionLost, link.failure), now: now) }
    if writable || slots[slot].watchesWritable { flush(slot, now: now) }
    stopHead(slot, now: now)
    grant(slot)
    dispatch(now: now)
    closeIdle()
  }

  mutating func finish(_ unit: PostgresUnit, _ slot: Int, now: UInt64) {
    let begun = max(unit.sentAt, slots[slot].finishedAt)
    slots[slot].finishedAt = now
    if case .greeting = unit.kind {
      if let error = unit.error { return lost(slot, error, now: now) }
      return actions.append(.greeted)
    }
    let time = now &- unit.sentAt
    metrics.expect(unit.name, nanoseconds: now &- begun)
    if case .work = unit.kind, unit.rows.contains(where: \.opensTransaction) {
      // Whatever is behind it on this connection is inside a transaction that nobody commits.
      let error = PostgresError(.misuse, "a statement opened a transaction; use transaction(…) for that")
      answer(unit, error)
      return lost(slot, error, now: now)
    }
    guard let error = unit.error else {
      metrics.record(unit.name, .succeeded, nanoseconds: time)
      return answer(unit, .success(unit.rows))
    }
    if case .work = unit.kind, unit.attempts < Self.attemptsMaximum, isBlameless(unit, error, slot) {
      return again(unit, now: now)
    }
    if error.sqlState == "57014", let stop = unit.stop { return answer(unit, stop, .notCommitted, now: now) }
    metrics.record(unit.name, .failed, nanoseconds: time)
    answer(unit, error)
  }

  private mutating func isBlameless(_ unit: PostgresUnit, _ error: PostgresError, _ slot: Int) -> Bool {
    if unit.stop != nil { return false }
    // Its neighbour's cancel came when it was running already.
    if error.sqlState == "57014" { return slots[slot].machine.cancels != unit.cancelsBefore }
    // Prepared before the table was changed; or gone, as after DISCARD ALL. The second error may also be the program's.
    let stale = error.sqlState == "0A000" && unit.routine == "RevalidateCachedQuery"
    let gone = error.sqlState == "26000" && unit.attempts == 1 && !unit.names.isEmpty
    guard stale || gone else { return false }
    for command in unit.commands { slots[slot].machine.cache.forget(command.sql) }
    return true
  }

  mutating func again(_ unit: PostgresUnit, now: UInt64) {
    metrics.repeated += 1
    unit.rewind()
    enqueue(unit, first: true, now: now)
  }

  mutating func answer(
    _ unit: PostgresUnit, _ stop: PostgresUnit.Stop, _ outcome: PostgresError.Outcome, now: UInt64
  ) {
    let time = now &- unit.sentAt
    switch stop {
    case .cancelled:
      metrics.record(unit.name, .cancelled, nanoseconds: time)
      answer(unit, PostgresError(.cancelled, "the task was cancelled, and its statement with it", outcome: outcome))
    case .timedOut:
      metrics.record(unit.name, .timedOut, nanoseconds: time)
      let seconds = Double(unit.limit) / 1e9
      answer(
        unit, PostgresError(.statementTimedOut, "it took longer than \(seconds) s and was cancelled", outcome: outcome))
    }
  }
}
