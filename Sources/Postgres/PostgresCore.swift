import DequeModule

/// The inside of a pool: its connections, who waits for them, and the rules by which the two meet. Everything happens
/// under the pool's lock, on the thread of whoever calls; what must not happen under it is left in `actions`.
///
/// - Who waits is served in order. A single unit takes the connection with the least on its way; one that is busy is
///   joined only where everything on it is known to be quick, because what is sent can't be moved to another
///   connection.
/// - A lease reserves a connection as soon as it is first in the queue, and has it when its pipeline is empty.
/// - What certainly had no effect and wasn't at fault is sent again, before everything that waits.
struct PostgresCore {
  enum Action {
    case answer(PostgresUnit, PostgresUnit.Answer)
    case connect(slot: Int)
    case cancel(slot: Int, epoch: UInt32, PostgresCanceller)
    case tell(PostgresPoolEvent)
    case notified(PostgresNotification)
    case greeted
    case stopped
  }

  struct Slot {
    var machine: PostgresMachine
    var link: PostgresLink?
    var epoch: UInt32 = 0
    var leases: UInt64 = 0
    var watchesWritable = false
    /// Something on its way isn't known to be quick.
    var hasSlow = false
    /// When the server was done with the last unit.
    var finishedAt: UInt64 = 0
    /// What is being done outside of the pipeline.
    var outside: PostgresUnit?
    var outsideStep = PostgresOutsideStep.none
    /// Whoever began it has left: the connection is free when it has ended.
    var isAbandoned = false
  }

  let options: PostgresOptions
  /// Sent on each new connection before anything else: LISTEN.
  let greeting: [PostgresCommand]
  /// Its number with the poller.
  var client: UInt16
  let poller: PostgresPoller

  var slots: [Slot] = []
  var queue = Deque<PostgresUnit>()
  var waiting = 0
  var metrics = PostgresMetrics()
  var actions: [Action] = []
  /// The earliest moment at which `tick` has something to do, and the one that the poller knows.
  var nextDeadline = UInt64.max
  var announced = UInt64.max
  var isRunning = false
  var isClosing = false
  var drainUntil = UInt64.max
  var lastFailure: PostgresError?

  /// A connection on which something takes longer than this, or is expected to, is not joined.
  static let slow: UInt64 = 5_000_000
  /// A cancel that came too early, before its statement, has hit nothing: it's repeated.
  static let cancelInterval: UInt64 = 500_000_000
  static let attemptsMaximum = 5

  init(options: PostgresOptions, greeting: [PostgresCommand], client: UInt16, poller: PostgresPoller) {
    self.options = options
    self.greeting = greeting
    self.client = client
    self.poller = poller
    metrics.size = max(1, options.size)
  }

  mutating func note(_ deadline: UInt64) { nextDeadline = min(nextDeadline, deadline) }

  // MARK: life

  mutating func start(now: UInt64) {
    guard !isRunning, !isClosing else { return }
    isRunning = true
    slots = (0..<metrics.size).map { _ in
      Slot(machine: PostgresMachine(preparedStatements: options.preparedStatements, openAt: now))
    }
    for slot in slots.indices { open(slot, now: now) }
  }

  mutating func open(_ slot: Int, now: UInt64) {
    if slots[slot].machine.open(now: now) { actions.append(.connect(slot: slot)) }
  }

  mutating func connected(_ slot: Int, _ link: PostgresLink, now: UInt64) {
    guard slots[slot].machine.phase == .connecting else { return }
    guard !isClosing else {
      end(slot)
      return closeIdle()
    }
    let attempt = slots[slot].machine.failures + 1
    slots[slot].epoch = poller.nextEpoch()
    guard poller.add(link.socket, token(slot)) else {
      connectFailed(slot, PostgresError(.connectFailed, "the system can't watch one more socket"), now: now)
      return
    }
    slots[slot].machine.connected()
    slots[slot].link = link
    slots[slot].watchesWritable = false
    slots[slot].hasSlow = false
    metrics.connects += 1
    lastFailure = nil
    actions.append(.tell(.connected(connection: slot, host: link.host, attempt: attempt)))
    if !greeting.isEmpty {
      let unit = PostgresUnit(.greeting, greeting, name: "greeting", limit: options.statementLimit.nanoseconds)
      send(unit, on: slot, now: now)
    }
    dispatch(now: now)
  }

  mutating func connectFailed(_ slot: Int, _ error: PostgresError, now: UInt64) {
    guard slots[slot].machine.phase == .connecting else { return }
    guard !isClosing else {
      end(slot)
      return closeIdle()
    }
    let backoff = options.backoff.lowerBound.nanoseconds...options.backoff.upperBound.nanoseconds
    let pause = slots[slot].machine.connectFailed(now: now, backoff: backoff, random: .random(in: 0..<1))
    note(now &+ pause)
    metrics.connectsFailed += 1
    lastFailure = error
    actions.append(
      .tell(
        .connectFailed(
          connection: slot, attempt: slots[slot].machine.failures, error: error,
          retryIn: .nanoseconds(Int64(clamping: pause)))))
  }

  /// No new work is taken; what is on its way may end.
  mutating func close(now: UInt64) {
    isClosing = true
    while let unit = queue.popFirst() { drop(unit, PostgresError(.closed, "the PostgreSQL pool is shutting down")) }
    drainUntil = now &+ options.drainLimit.nanoseconds
    note(drainUntil)
    closeIdle()
  }

  func isOverdue(_ now: UInt64) -> Bool { drainUntil <= now }

  mutating func closeIdle() {
    guard isClosing else { return }
    var open = false
    for slot in slots.indices {
      switch slots[slot].machine.claim {
      case .leased where slots[slot].machine.isReady: open = true
      default:
        // Where the process ends with the pool, nobody may be connecting: TLS is taken down under him.
        let isConnecting = slots[slot].machine.phase == .connecting
        if isConnecting || slots[slot].machine.depth > 0 { open = true } else { end(slot) }
      }
    }
    if !open { actions.append(.stopped) }
  }

  mutating func end(_ slot: Int) {
    if case .reserved(let unit) = slots[slot].machine.claim {
      drop(unit, PostgresError(.closed, "the PostgreSQL pool is shutting down"))
    }
    slots[slot].machine.claim = .free
    slots[slot].machine.end()
    if let link = slots[slot].link { poller.remove(link.socket) }
    slots[slot].link = nil
  }

  /// What is still on its way is given up.
  mutating func closeNow(now: UInt64) {
    isClosing = true
    while let unit = queue.popFirst() { drop(unit, PostgresError(.closed, "the PostgreSQL pool was shut down")) }
    for slot in slots.indices {
      if slots[slot].machine.isReady {
        lost(slot, PostgresError(.closed, "the PostgreSQL pool was shut down"), now: now)
      }
      end(slot)
    }
  }

  func token(_ slot: Int) -> PostgresPoller.Token {
    PostgresPoller.Token(client: client, slot: UInt16(truncatingIfNeeded: slot), epoch: slots[slot].epoch)
  }

  func snapshot() -> PostgresMetrics {
    var copy = metrics
    copy.connected = slots.count { $0.machine.isReady }
    copy.inUse = slots.count { $0.machine.isReady && (!$0.machine.isFree || $0.machine.depth > 0) }
    copy.inFlight = slots.reduce(0) { $0 + $1.machine.depth }
    copy.waiting = waiting
    return copy
  }
}
