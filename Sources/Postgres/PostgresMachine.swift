import DequeModule

/// The life of one connection and what is on its way on it. A value: it performs nothing, so its tests need no server.
///
///     phase       event                       next        what the pool does
///     ---------------------------------------------------------------------------------------------
///     down        its time has come           connecting  open a connection on a thread
///     connecting  connected                   ready       watch the socket, send what waits
///     connecting  failed                      down        wait: backoff, doubled, with jitter
///     ready       sent(entry)                 ready       -
///     ready       rows, error, skipped        ready       kept in the unit at the head
///     ready       commandEnd                  ready       the head's next statement is being answered
///     ready       sync                        ready       the head is finished, answer its caller
///     ready       lost                        down        fail or repeat what was on its way, connect soon
///     any         ended                       ended       close
///
/// While a cancel is on its way nothing else is sent: it hits whatever runs when it arrives.
struct PostgresMachine {
  enum Phase: Equatable {
    case down(until: UInt64)
    case connecting
    case ready
    case ended
  }

  /// Whose connection it is.
  enum Claim {
    case free
    /// Nothing new goes on it; it's the waiting unit's as soon as it has nothing on its way.
    case reserved(PostgresUnit)
    case leased(serial: UInt64)
  }

  enum Purpose {
    case unit(PostgresUnit)
    case prepare(sql: String, name: String)
    /// Nobody waits for its answer.
    case chore
  }

  /// What is on its way: some statements and a sync.
  struct Entry {
    let purpose: Purpose
    /// Which statement is being answered.
    var step = 0
  }

  enum Progress {
    case nothing
    case finished(PostgresUnit)
    /// The server said that it ends the session.
    case broken(PostgresError)
  }

  private(set) var phase: Phase
  var claim = Claim.free
  var cache: PostgresStatementCache
  private(set) var entries = Deque<Entry>()
  /// A cancel is on its way.
  var cancelling = false
  private(set) var cancels = 0
  private(set) var failures = 0
  private let preparedStatements: Int

  init(preparedStatements: Int, openAt: UInt64) {
    self.preparedStatements = preparedStatements
    cache = PostgresStatementCache(capacity: preparedStatements)
    phase = .down(until: openAt)
  }

  var depth: Int { entries.count }
  var isReady: Bool { phase == .ready }

  var isFree: Bool {
    if case .free = claim { return isReady && !cancelling }
    return false
  }

  /// The unit that the server is working on now.
  var head: PostgresUnit? {
    guard case .unit(let unit)? = entries.first?.purpose else { return nil }
    return unit
  }

  /// The unit that has been on its way for longest: the server works on it, or on what is prepared for it.
  var oldest: PostgresUnit? {
    for entry in entries { if case .unit(let unit) = entry.purpose { return unit } }
    return nil
  }

  /// All units that are on their way, oldest first.
  func forEachUnit(_ body: (PostgresUnit) -> Void) {
    for entry in entries { if case .unit(let unit) = entry.purpose { body(unit) } }
  }

  func holds(_ unit: PostgresUnit) -> Bool {
    var isFound = false
    forEachUnit { isFound = isFound || $0 === unit }
    return isFound
  }

  // MARK: phases

  /// - Returns: true where a connection should be opened.
  mutating func open(now: UInt64) -> Bool {
    guard case .down(let until) = phase, until <= now else { return false }
    phase = .connecting
    return true
  }

  mutating func connected() {
    guard phase == .connecting else { return }
    phase = .ready
    failures = 0
    cancelling = false
    claim = .free
    cache = PostgresStatementCache(capacity: preparedStatements)
  }

  /// - Parameter random: 0..<1.
  /// - Returns: the pause until the next attempt, in nanoseconds.
  mutating func connectFailed(now: UInt64, backoff: ClosedRange<UInt64>, random: Double) -> UInt64 {
    failures += 1
    let longest = min(backoff.upperBound, backoff.lowerBound << UInt64(min(failures - 1, 16)))
    let pause = longest - UInt64(Double(longest) * random / 2)
    phase = .down(until: now &+ pause)
    return pause
  }

  /// - Returns: what was on its way, in order.
  mutating func lost(now: UInt64, pause: UInt64) -> [PostgresUnit] {
    var units: [PostgresUnit] = []
    forEachUnit { units.append($0) }
    entries = Deque()
    cancelling = false
    phase = .down(until: now &+ pause)
    return units
  }

  mutating func end() { phase = .ended }

  // MARK: what is on its way

  mutating func sent(_ purpose: Purpose) { entries.append(Entry(purpose: purpose)) }

  mutating func cancelSent() {
    cancelling = true
    cancels += 1
  }

  mutating func received(_ message: PostgresLink.Received) -> Progress {
    guard let entry = entries.first else { return .nothing }
    switch message {
    case .rows(let rows):
      if case .unit(let unit) = entry.purpose { unit.rows.append(rows) }
    case .error(let error, let routine):
      if error.severity == "FATAL" || error.severity == "PANIC" || error.severity == nil { return .broken(error) }
      failed(entry, error, routine)
    case .commandEnd: entries[0].step += 1
    case .sync:
      _ = entries.popFirst()
      if case .unit(let unit) = entry.purpose { return .finished(unit) }
    case .skipped, .copyIn: break
    }
    return .nothing
  }

  private mutating func failed(_ entry: Entry, _ error: PostgresError, _ routine: String?) {
    switch entry.purpose {
    case .chore: break
    case .prepare(let sql, let name): cache.failed(sql, name, error)
    case .unit(let unit):
      guard unit.error == nil else { return }
      var named = error
      if error.sqlState == "26000", entry.step < unit.names.count,
        let cause = cache.failure(of: unit.names[entry.step])
      {
        named = cause
      }
      // An error at the sync, of a deferred constraint for example, is the whole unit's.
      named.statement = entry.step < unit.commands.count ? unit.commands[entry.step].name : unit.name
      unit.error = named
      unit.routine = routine
    }
  }
}
