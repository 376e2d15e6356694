import DequeModule
import DriverThread

/// What the owner's thread owns: one connection, its lanes and what is on its way. Nobody else touches it, so there's
/// no lock; the only calls that wait are `poll` in the inbox, and none waits for the broker.
struct AMQPCore {
  let options: AMQPOptions
  let inbox: AMQPInbox
  let hub: AMQPHub

  var machine = AMQPConnectionMachine(openAt: 0)
  var topology: AMQPTopology
  var link: AMQPLink?
  /// The lane of channel n is number n - 2.
  var lanes: [AMQPLane] = []
  var metrics = AMQPMetrics()
  var lastFailure: AMQPError?

  /// Methods that wait to be sent: before any message.
  var outbox = Deque<(channel: UInt16, command: AMQPCommand)>()
  /// A message of which only a part was sent: nothing else may come in between on its channel.
  var partial: (body: [UInt8], sent: Int, channel: UInt16)?
  var turn = 0
  var wantsWritable = false

  var errands = Deque<AMQPErrand>()
  var errandState = ErrandState.none

  /// Since when nothing can be published, for want of a connection or because the broker blocks it; nil while it can.
  var unavailableSince: UInt64? = 0
  var blockedSince: UInt64?
  var blockedBefore: UInt64 = 0
  /// The earliest moment at which somebody's limit may be over.
  var unitsDeadline = UInt64.max
  var heartbeatAt = UInt64.max
  /// When something came from the broker, be it a heartbeat; nil without a connection.
  var heardAt: UInt64?

  enum ErrandState {
    case none
    /// Its answers come, one more than it has commands: that of channel.open.
    case asking(AMQPErrand, answers: Int, deadline: UInt64)
    /// channel.close was sent.
    case leaving(deadline: UInt64)
  }

  init(options: AMQPOptions, topology: AMQPTopology, inbox: AMQPInbox, hub: AMQPHub) {
    self.options = options
    self.topology = topology
    self.inbox = inbox
    self.hub = hub
  }

  static let cancelled = "the task that publishes was cancelled"
  static let errandChannel: UInt16 = 1

  var backoff: ClosedRange<UInt64> { options.backoff.lowerBound.nanoseconds...options.backoff.upperBound.nanoseconds }
  var answerLimit: UInt64 { options.answerLimit.nanoseconds }

  // MARK: the loop

  mutating func run() {
    var isReadable = false
    var hasArrived = false
    while machine.phase != .ended {
      let now = DriverThread.now()
      for item in inbox.take() { handle(item, now: now) }
      tick(now: now)
      var hasMore = false
      if isReadable || now >= heartbeatAt { hasMore = receive(now: now) }
      // The C library keeps heartbeats to itself: that bytes came is what can be known of them.
      if hasArrived, link != nil { heardAt = now }
      if flush(now: now) { hasMore = true }
      drain(now: now)
      update(now: now)
      guard machine.phase != .ended else { break }
      let pause = hasMore ? 0 : nextDeadline(now: now)
      hasArrived = inbox.sleep(socket: link?.socket ?? -1, writable: wantsWritable, nanoseconds: pause)
      isReadable = hasArrived || hasMore
    }
    finish()
  }

  private func nextDeadline(now: UInt64) -> UInt64 {
    var first = min(machine.deadline, unitsDeadline, heartbeatAt)
    for index in lanes.indices { first = min(first, lanes[index].machine.deadline) }
    switch errandState {
    case .none: break
    case .asking(_, _, let deadline), .leaving(let deadline): first = min(first, deadline)
    }
    return first > now ? first - now : 0
  }

  private mutating func update(now: UInt64) {
    let blocked = blockedBefore &+ (blockedSince.map { now &- $0 } ?? 0)
    metrics.blockedSeconds = Double(blocked) / 1e9
    metrics.inFlight = 0
    metrics.waiting = 0
    for index in lanes.indices {
      metrics.inFlight += lanes[index].confirms.inFlight
      metrics.waiting += lanes[index].waiting
    }
    for lane in lanes { lane.buffer?.attach(lane.machine.state == .open) }
    hub.update(metrics, heardAt: heardAt)
  }

  /// For want of a thread.
  mutating func abandon() {
    machine.end()
    finish()
  }

  /// Nobody is left waiting.
  private mutating func finish() {
    let error = AMQPError(.closed, "the AMQP connection was shut down")
    if link != nil { lost(error, now: DriverThread.now()) }
    for item in inbox.close() {
      switch item {
      case .add(let kind, let channel): add(kind, channel: channel)
      case .publish(let channel, let unit): with(channel) { $0.submit(unit) }
      case .errand(let errand): errands.append(errand)
      default: break
      }
    }
    failUnits(.closed, error.message) { _ in true }
    while let errand = errands.popFirst() { errand.answer(.failure(error)) }
    for lane in lanes { _ = lane.buffer?.end() }
    update(now: DriverThread.now())
    hub.set(.closed)
  }

  // MARK: what comes from outside

  mutating func with(_ channel: UInt16, _ body: (inout AMQPLane) -> Void) {
    guard let index = index(of: channel) else { return }
    body(&lanes[index])
  }

  private mutating func add(_ kind: AMQPLane.Kind, channel: UInt16) {
    // Two that are made at the same moment may come in the other order.
    while lanes.count <= Int(channel) - 2 {
      lanes.append(AMQPLane(kind: kind, channel: UInt16(lanes.count + 2)))
    }
    lanes[Int(channel) - 2] = AMQPLane(kind: kind, channel: channel)
  }

  private mutating func handle(_ item: AMQPInbox.Item, now: UInt64) {
    switch item {
    case .add(let kind, let channel):
      add(kind, channel: channel)
      if machine.phase == .ready { openLanes(now: now) }
    case .publish(let channel, let unit): submit(unit, channel: channel, now: now)
    case .cancelled(let unit):
      unit.isCancelled = true
      guard unit.isSubmitted else { return }
      metrics.failed += unit.abort(.cancelled, Self.cancelled)
      settleWaiting()
    case .errand(let errand):
      errands.append(errand)
      unitsDeadline = min(unitsDeadline, errand.deadline)
      nextErrand(now: now)
    case .acknowledge(let channel, let epoch, let tags, let multiple):
      acknowledge(channel, epoch: epoch, tags: tags, multiple: multiple)
    case .reject(let channel, let epoch, let tag, let requeue):
      reject(channel, epoch: epoch, tag: tag, requeue: requeue)
    case .stop(let channel): stop(channel, now: now)
    case .connected(let attempt, let link): connected(attempt, link, now: now)
    case .connectFailed(let attempt, let error):
      guard machine.expects(attempt: attempt) else { return }
      metrics.connectsFailed += 1
      lost(error, now: now)
    case .close:
      machine.close(now: now, limit: options.drainLimit.nanoseconds)
      for lane in lanes where lane.buffer != nil { stop(lane.channel, now: now) }
    }
  }

  // MARK: time

  private mutating func tick(now: UInt64) {
    if machine.open(now: now, limit: options.connectLimit.nanoseconds + 500_000_000) { connect() }
    if machine.deadline <= now {
      switch machine.phase {
      case .connecting:
        metrics.connectsFailed += 1
        lost(AMQPError(.connectFailed, "the broker could not be reached within \(options.connectLimit)"), now: now)
      case .preparing: lost(AMQPError(.timedOut, "the broker did not declare the topology in time"), now: now)
      case .draining:
        failUnits(.closed, "the AMQP connection was shut down before the confirm came") { _ in true }
        beginClose(now: now)
      case .closing: machine.end()
      case .down, .ready, .ended: break
      }
    }
    switch errandState {
    case .asking(_, _, let deadline) where deadline <= now, .leaving(let deadline) where deadline <= now:
      lost(AMQPError(.timedOut, "the broker did not answer within \(options.answerLimit)"), now: now)
    default: break
    }
    tickLanes(now: now)
    if unitsDeadline <= now {
      expireUnits(now: now)
      expireErrands(now: now)
    }
  }

  private mutating func tickLanes(now: UInt64) {
    var isAwake = false
    for index in lanes.indices where lanes[index].machine.deadline <= now {
      if lanes[index].machine.wake(now: now) {
        isAwake = true
      } else if lanes[index].machine.state != .opening || !leave(lanes[index].channel, now: now) {
        // A channel that isn't even closed in time says that more than the channel is broken.
        lost(AMQPError(.timedOut, "the broker did not answer within \(options.answerLimit)"), now: now)
        return
      }
    }
    guard isAwake, machine.phase == .ready else { return }
    errands.append(AMQPErrand([], isOwn: true, limit: answerLimit))
    nextErrand(now: now)
  }

  // MARK: life

  private func connect() {
    let options = options
    let attempt = machine.attempt
    let inbox = inbox
    let host = options.hosts[machine.failures % options.hosts.count]
    hub.set(.connecting)
    let started = DriverThread.start("amqp-connect") {
      switch AMQPConnector.connect(options, host) {
      case .success(let link): _ = inbox.put(.connected(attempt: attempt, link))
      case .failure(let error): _ = inbox.put(.connectFailed(attempt: attempt, error))
      }
    }
    guard !started else { return }
    let error = AMQPError(.connectFailed, "the system gives no thread to connect with")
    _ = inbox.put(.connectFailed(attempt: attempt, error))
  }

  private mutating func connected(_ attempt: UInt32, _ link: AMQPLink, now: UInt64) {
    guard machine.connected(attempt: attempt, now: now, limit: answerLimit) else { return }
    self.link = link
    heartbeatAt = now
    heardAt = now
    errands.append(AMQPErrand([], isOwn: true, limit: answerLimit))
    nextErrand(now: now)
  }

  mutating func prepared(now: UInt64) {
    if machine.phase == .preparing {
      machine.prepared()
      metrics.connects += 1
      lastFailure = nil
      unavailableSince = nil
      hub.set(.ready)
    }
    openLanes(now: now)
  }

  /// The connection is no more, or could not be made.
  mutating func lost(_ error: AMQPError, now: UInt64) {
    let wasReady = machine.canPublish
    if wasReady { metrics.connectionsLost += 1 }
    let pause = machine.lost(now: now, backoff: backoff, random: .random(in: 0..<1))
    link = nil
    outbox = Deque()
    partial = nil
    wantsWritable = false
    heartbeatAt = .max
    heardAt = nil
    lastFailure = error
    unblock(now: now)
    if unavailableSince == nil { unavailableSince = now }

    if case .asking(let errand, _, _) = errandState, !errand.isOwn {
      errand.answer(.failure(AMQPError(.connectionLost, error.message, replyCode: error.replyCode)))
    }
    errandState = .none
    dropOwnErrands()
    for index in lanes.indices {
      lanes[index].machine.connectionLost()
      lanes[index].reset()
      if lanes[index].machine.state == .stopped { _ = lanes[index].buffer?.end() }
    }
    let text = "the AMQP connection broke before the confirm came: \(error.message)"
    failUnits(.connectionLost, text, replyCode: error.replyCode) { $0.sent > 0 }
    if let pause { hub.set(.down(error, retryIn: .nanoseconds(Int64(clamping: pause)))) }
    unitsDeadline = now
  }

  private mutating func dropOwnErrands() {
    var kept = Deque<AMQPErrand>()
    while let errand = errands.popFirst() { if !errand.isOwn { kept.append(errand) } }
    errands = kept
  }

  mutating func blocked(_ reason: String, now: UInt64) {
    guard blockedSince == nil else { return }
    blockedSince = now
    unavailableSince = now
    unitsDeadline = now
    metrics.blocks += 1
    hub.set(.blocked(reason))
  }

  mutating func unblock(now: UInt64) {
    guard let since = blockedSince else { return }
    blockedSince = nil
    blockedBefore &+= now &- since
    unavailableSince = nil
    if machine.phase == .ready { hub.set(.ready) }
  }

  /// When nobody waits for anything any more, the connection may go.
  private mutating func drain(now: UInt64) {
    guard machine.phase == .draining, partial == nil, outbox.isEmpty else { return }
    let isIdle = lanes.allSatisfy { lane in
      lane.confirms.inFlight == 0 && lane.waiting == 0 && lane.machine.state != .stopping
    }
    if isIdle { beginClose(now: now) }
  }

  private mutating func beginClose(now: UInt64) {
    machine.drained(now: now, limit: 1_000_000_000)
    outbox.append((0, .connectionClose))
    _ = flush(now: now)
  }
}
