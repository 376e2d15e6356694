import DequeModule

/// Who wants a connection, and who gets which.
extension PostgresCore {
  mutating func submit(_ unit: PostgresUnit, now: UInt64) {
    if unit.stop != nil { return answer(unit, PostgresError(.cancelled, "the task was cancelled")) }
    switch unit.kind {
    case .work, .lease:
      guard !isClosing else { return answer(unit, PostgresError(.closed, "the PostgreSQL pool is shut down")) }
      if waiting == 0, case .work = unit.kind, let slot = leastBusy(below: options.pipelineDepth, now: now) {
        return send(unit, on: slot, now: now)
      }
      guard waiting < options.waitingMaximum else {
        metrics.waitsRefused += 1
        return answer(
          unit, PostgresError(.tooManyWaiting, "\(waiting) callers wait for a PostgreSQL connection already"))
      }
      enqueue(unit, first: false, now: now)
      dispatch(now: now)
    case .leased(let lease):
      if let error = refusal(of: lease) { return answer(unit, error) }
      send(unit, on: lease.slot, now: now)
    case .greeting: break
    case .outside(let lease, let step):
      if let error = refusal(of: lease) { return answer(unit, error) }
      begin(step, unit, on: lease.slot, now: now)
    }
  }

  mutating func enqueue(_ unit: PostgresUnit, first: Bool, now: UInt64) {
    unit.place = .waiting
    unit.waitingSince = now
    waiting += 1
    if first { queue.prepend(unit) } else { queue.append(unit) }
    note(now &+ options.waitLimit.nanoseconds)
  }

  private func refusal(of lease: PostgresLease) -> PostgresError? {
    guard slots.indices.contains(lease.slot), slots[lease.slot].epoch == lease.epoch, slots[lease.slot].machine.isReady
    else {
      return PostgresError(.connectionLost, "the connection of this transaction was lost; it has been rolled back")
    }
    guard case .leased(let serial) = slots[lease.slot].machine.claim, serial == lease.serial else {
      return PostgresError(.misuse, "a transaction was used after its end")
    }
    return nil
  }

  mutating func cancel(_ unit: PostgresUnit, now: UInt64) {
    guard unit.stop == nil, unit.place != .done else { return }
    unit.stop = .cancelled
    switch unit.place {
    case .new, .done: break
    case .waiting: drop(unit, PostgresError(.cancelled, "the task was cancelled while it waited for a connection"))
    case .reserved(let slot):
      slots[slot].machine.claim = .free
      answer(unit, PostgresError(.cancelled, "the task was cancelled while it waited for a connection"))
      dispatch(now: now)
    case .sent(let slot): stopHead(slot, now: now)
    }
  }

  /// Ends a lease. What may be open is rolled back without anybody waiting for it.
  mutating func release(_ lease: PostgresLease, rollback: Bool, now: UInt64) {
    guard refusal(of: lease) == nil else { return closeIdle() }
    let slot = lease.slot
    slots[slot].machine.claim = .free
    if slots[slot].outsideStep != .none { return abandon(slot, now: now) }
    if rollback, let link = slots[slot].link {
      guard link.send(PostgresCommand(sql: "ROLLBACK"), prepared: nil), link.sync() else {
        return lost(slot, PostgresError(.connectionLost, link.failure), now: now)
      }
      slots[slot].machine.sent(.chore)
      flush(slot, now: now)
    }
    dispatch(now: now)
    closeIdle()
  }

  /// For what wasn't sent.
  mutating func drop(_ unit: PostgresUnit, _ error: PostgresError) {
    guard unit.place == .waiting || unit.place == .new else { return }
    if unit.place == .waiting { waiting -= 1 }
    answer(unit, error)
  }

  mutating func answer(_ unit: PostgresUnit, _ error: PostgresError) {
    var error = error
    if error.statement == nil { error.statement = unit.name }
    answer(unit, .failure(error))
  }

  mutating func answer(_ unit: PostgresUnit, _ result: PostgresUnit.Answer) {
    guard unit.place != .done else { return }
    unit.place = .done
    actions.append(.answer(unit, result))
  }

  // MARK: meeting

  /// Gives connections to those who wait, in their order, as far as there are any.
  mutating func dispatch(now: UInt64) {
    while let unit = queue.first {
      guard unit.place == .waiting else {
        _ = queue.popFirst()
        continue
      }
      if case .lease = unit.kind {
        guard let slot = leastBusy(below: .max, now: now) else { return }
        take(unit, now: now)
        unit.place = .reserved(slot: slot)
        slots[slot].machine.claim = .reserved(unit)
        grant(slot)
      } else {
        guard let slot = leastBusy(below: options.pipelineDepth, now: now) else { return }
        take(unit, now: now)
        send(unit, on: slot, now: now)
      }
    }
  }

  private mutating func take(_ unit: PostgresUnit, now: UInt64) {
    _ = queue.popFirst()
    waiting -= 1
    metrics.waits.record((now &- unit.waitingSince) / 1000)
  }

  private func leastBusy(below limit: Int, now: UInt64) -> Int? {
    var best: Int?
    var depth = max(1, limit)
    for slot in slots.indices where slots[slot].machine.isFree && slots[slot].machine.depth < depth {
      if slots[slot].machine.depth > 0, isSlow(slot, now: now) { continue }
      depth = slots[slot].machine.depth
      best = slot
      if depth == 0 { break }
    }
    return best
  }

  private func isSlow(_ slot: Int, now: UInt64) -> Bool {
    if slots[slot].hasSlow { return true }
    guard let head = slots[slot].machine.head else { return false }
    return max(head.sentAt, slots[slot].finishedAt) &+ Self.slow < now
  }

  mutating func grant(_ slot: Int) {
    guard case .reserved(let unit) = slots[slot].machine.claim, slots[slot].machine.depth == 0,
      !slots[slot].machine.cancelling
    else { return }
    slots[slot].leases += 1
    let lease = PostgresLease(slot: slot, epoch: slots[slot].epoch, serial: slots[slot].leases)
    slots[slot].machine.claim = .leased(serial: lease.serial)
    unit.lease = lease
    answer(unit, .success([]))
  }
}
