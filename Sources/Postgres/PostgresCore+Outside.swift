/// COPY and scripts of several commands: libpq refuses both inside a pipeline. They run on a leased connection whose
/// pipeline is empty; the pipeline is left for them and entered again afterwards.
///
///     step       event                     next
///     ------------------------------------------------------------
///     none       copy, script              starting / script
///     starting   the server wants rows     copying     (answered)
///     starting   error, then the end       none        (answered)
///     copying    rows                      flushing
///     flushing   all handed to the system  copying     (answered)
///     copying    endCopy                   ending
///     ending     the end                   none        (answered)
///     script     the end                   none        (answered)
enum PostgresOutsideStep { case none, starting, copying, flushing, ending, script }

extension PostgresCore {
  mutating func begin(_ wish: PostgresOutside, _ unit: PostgresUnit, on slot: Int, now: UInt64) {
    guard let link = slots[slot].link else { return }
    let step = slots[slot].outsideStep
    let next: PostgresOutsideStep? =
      switch wish {
      case .copy where step == .none && slots[slot].machine.depth == 0: .starting
      case .script where step == .none && slots[slot].machine.depth == 0: .script
      case .rows where step == .copying: .flushing
      case .endCopy where step == .copying: .ending
      default: nil
      }
    guard let next else {
      return answer(
        unit,
        PostgresError(.misuse, "a COPY or a script was begun while other statements of its transaction were running"))
    }
    unit.place = .sent(slot: slot)
    unit.sentAt = now
    unit.deadline = now &+ unit.limit
    note(unit.deadline)
    slots[slot].outside = unit
    slots[slot].outsideStep = next
    let sql = unit.commands.first?.sql ?? ""
    let sent =
      switch wish {
      case .copy:
        link.leavePipeline() && link.send(PostgresCommand(sql: sql), prepared: nil, binary: false)
      case .script: link.leavePipeline() && link.sendScript(sql)
      case .rows(let bytes): link.putCopy(bytes)
      case .endCopy(let reason): link.endCopy(reason)
      }
    guard sent else { return lost(slot, PostgresError(.connectionLost, link.failure), now: now) }
    flush(slot, now: now)
  }

  /// Ends a COPY that its task has left in the middle. The connection stays leased, to nobody, until it has ended.
  mutating func abandon(_ slot: Int, now: UInt64) {
    guard slots[slot].outsideStep == .copying else {
      return lost(slot, PostgresError(.misuse, "a COPY or a script was left while it was running"), now: now)
    }
    slots[slot].leases += 1
    slots[slot].machine.claim = .leased(serial: slots[slot].leases)
    slots[slot].isAbandoned = true
    let unit = PostgresUnit(
      .outside(lease(slot), .endCopy(reason: "abandoned")), [], name: "copy.abandon",
      limit: options.statementLimit.nanoseconds)
    begin(.endCopy(reason: "abandoned"), unit, on: slot, now: now)
  }

  private func lease(_ slot: Int) -> PostgresLease {
    PostgresLease(slot: slot, epoch: slots[slot].epoch, serial: slots[slot].leases)
  }

  /// All bytes were handed to the system.
  mutating func flushed(_ slot: Int) {
    guard slots[slot].outsideStep == .flushing, let unit = slots[slot].outside else { return }
    slots[slot].outsideStep = .copying
    slots[slot].outside = nil
    answer(unit, .success([]))
  }

  mutating func receiveOutside(_ slot: Int, now: UInt64) {
    guard let link = slots[slot].link else { return }
    let step = slots[slot].outsideStep
    guard step == .starting || step == .ending || step == .script, let unit = slots[slot].outside else { return }
    while let message = link.next() {
      switch message {
      case .rows(let rows): unit.rows.append(rows)
      case .error(let error, _):
        if error.severity == "FATAL" || error.severity == nil { return lost(slot, error, now: now) }
        if unit.error == nil { unit.error = error }
      case .copyIn:
        // A script that asks for rows gets none.
        if step == .script {
          guard link.endCopy("a script can't copy from standard input") else {
            return lost(slot, PostgresError(.connectionLost, link.failure), now: now)
          }
          flush(slot, now: now)
          continue
        }
        slots[slot].outsideStep = .copying
        slots[slot].outside = nil
        return answer(unit, .success([]))
      case .commandEnd:
        slots[slot].outsideStep = .none
        slots[slot].outside = nil
        guard link.enterPipeline() else {
          return lost(slot, PostgresError(.connectionLost, link.failure), now: now)
        }
        finishOutside(unit, now: now)
        if slots[slot].isAbandoned {
          slots[slot].isAbandoned = false
          release(lease(slot), rollback: true, now: now)
        }
        return
      case .sync, .skipped: break
      }
    }
  }

  private mutating func finishOutside(_ unit: PostgresUnit, now: UInt64) {
    let time = now &- unit.sentAt
    guard let error = unit.error else {
      metrics.record(unit.name, .succeeded, nanoseconds: time)
      return answer(unit, .success(unit.rows))
    }
    metrics.record(unit.name, unit.stop == nil ? .failed : .timedOut, nanoseconds: time)
    var own = error
    if error.sqlState == "57014", let stop = unit.stop {
      own = PostgresError(stop == .cancelled ? .cancelled : .statementTimedOut, "it was cancelled")
    }
    answer(unit, own)
  }
}
