/// The life of one connection. A value: it performs nothing, so its tests need no broker.
///
///     phase       event                          next        what the owner does
///     ---------------------------------------------------------------------------------------------
///     down        its time has come              connecting  connect and log in on a thread
///     connecting  connected                      preparing   declare the topology
///     connecting  failed, or too slow            down        wait: backoff, doubled, with jitter
///     preparing   declared                       ready       open the lanes
///     preparing   refused, lost, or too slow     down        wait: backoff, doubled, with jitter
///     ready       lost                           down        fail what was on its way, connect soon
///     ready       asked to close                 draining    wait for confirms
///     draining    all is done, or too slow       closing     send connection.close
///     draining    lost                           ended       fail what was on its way
///     closing     close-ok, lost, or too slow    ended       -
///     others      asked to close                 ended       -
struct AMQPConnectionMachine {
  enum Phase: Equatable {
    case down
    case connecting
    case preparing
    case ready
    case draining
    case closing
    case ended
  }

  private(set) var phase = Phase.down
  /// When the phase is over, or has failed.
  private(set) var deadline: UInt64
  /// Answers to older attempts than this are too late.
  private(set) var attempt: UInt32 = 0
  private(set) var failures = 0

  init(openAt: UInt64) { deadline = openAt }

  var canPublish: Bool { phase == .ready || phase == .draining }
  var isLinked: Bool { canPublish || phase == .preparing || phase == .closing }

  /// - Returns: true where a connection is to be made.
  mutating func open(now: UInt64, limit: UInt64) -> Bool {
    guard phase == .down, deadline <= now else { return false }
    phase = .connecting
    attempt &+= 1
    deadline = now &+ limit
    return true
  }

  /// - Returns: false where it comes too late.
  mutating func connected(attempt: UInt32, now: UInt64, limit: UInt64) -> Bool {
    guard phase == .connecting, attempt == self.attempt else { return false }
    phase = .preparing
    deadline = now &+ limit
    return true
  }

  mutating func prepared() {
    guard phase == .preparing else { return }
    phase = .ready
    deadline = .max
    failures = 0
  }

  func expects(attempt: UInt32) -> Bool { phase == .connecting && attempt == self.attempt }

  /// - Parameter random: 0..<1.
  /// - Returns: the pause until the next attempt in nanoseconds; nil where there is none.
  mutating func lost(now: UInt64, backoff: ClosedRange<UInt64>, random: Double) -> UInt64? {
    switch phase {
    case .draining, .closing, .ended:
      end()
      return nil
    case .down: return nil
    case .connecting, .preparing, .ready:
      failures += 1
      let longest = min(backoff.upperBound, backoff.lowerBound << UInt64(min(failures - 1, 16)))
      let pause = longest - UInt64(Double(longest) * random / 2)
      phase = .down
      deadline = now &+ pause
      return pause
    }
  }

  mutating func close(now: UInt64, limit: UInt64) {
    switch phase {
    case .ready:
      phase = .draining
      deadline = now &+ limit
    case .down, .connecting, .preparing: end()
    case .draining, .closing, .ended: break
    }
  }

  mutating func drained(now: UInt64, limit: UInt64) {
    guard phase == .draining else { return }
    phase = .closing
    deadline = now &+ limit
  }

  mutating func end() {
    phase = .ended
    deadline = .max
  }
}
