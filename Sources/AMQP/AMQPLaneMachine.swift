/// The life of the channel of one publisher or consumer. A value, as its connection's.
///
///     state     event                              next      what the owner does
///     -----------------------------------------------------------------------------------------------
///     closed    the topology was declared          opening   channel.open and what makes it of use
///     opening   the last answer                    open      -
///     opening   too slow                           leaving   channel.close
///     opening   closed by the broker               pausing   close-ok
///     open      closed by the broker               pausing   close-ok, fail what was on its way
///     open      consumer cancelled by the broker   leaving   channel.close
///     open      too much remains unconfirmed       leaving   channel.close
///     leaving   close-ok                           pausing   -
///     leaving, stopping  too slow                  -         give the connection up
///     pausing   its time has come                  closed    declare the topology again
///     open      asked to stop                      stopping  basic.cancel
///     stopping  cancel-ok                          stopped   hand back what nobody has read
///     closed, pausing, opening  asked to stop      stopped   -
///     any       the connection is lost             closed    (stopped: remains)
///
/// A consumer that is stopped keeps its channel, so that what was read can still be acknowledged.
struct AMQPLaneMachine {
  enum State: Equatable { case closed, opening, open, leaving, pausing, stopping, stopped }

  private(set) var state = State.closed
  /// When the state is over, or has failed.
  private(set) var deadline = UInt64.max
  /// Of each opening its own: tells what belongs to a channel that is no more.
  private(set) var epoch: UInt32 = 0
  private(set) var failures = 0
  private var answers = 0

  /// Whether the channel is there on the broker.
  var hasChannel: Bool { state == .open || state == .stopping || state == .stopped }

  /// - Parameter answers: how many will come.
  mutating func open(answers: Int, now: UInt64, limit: UInt64) -> Bool {
    guard state == .closed else { return false }
    state = .opening
    epoch &+= 1
    self.answers = answers
    deadline = now &+ limit
    return true
  }

  mutating func answered() {
    guard state == .opening else { return }
    answers -= 1
    guard answers == 0 else { return }
    state = .open
    deadline = .max
    failures = 0
  }

  /// - Returns: true where channel.close is to be sent.
  mutating func leave(now: UInt64, limit: UInt64) -> Bool {
    guard state == .open || state == .opening else { return false }
    state = .leaving
    deadline = now &+ limit
    return true
  }

  /// The channel is no more, by the broker's will or ours.
  mutating func channelClosed(now: UInt64, backoff: ClosedRange<UInt64>) {
    switch state {
    case .stopping, .stopped: state = .stopped
    default:
      state = .pausing
      failures += 1
      deadline = now &+ min(backoff.upperBound, backoff.lowerBound << UInt64(min(failures - 1, 16)))
      return
    }
    deadline = .max
  }

  /// - Returns: true where the topology is to be declared, and then this to be opened.
  mutating func wake(now: UInt64) -> Bool {
    guard state == .pausing, deadline <= now else { return false }
    state = .closed
    deadline = .max
    return true
  }

  mutating func connectionLost() {
    if state == .stopping { state = .stopped }
    if state != .stopped { state = .closed }
    deadline = .max
  }

  /// - Returns: true where basic.cancel is to be sent.
  mutating func stop(now: UInt64, limit: UInt64) -> Bool {
    switch state {
    case .open:
      state = .stopping
      deadline = now &+ limit
      return true
    case .stopping, .stopped: return false
    case .closed, .opening, .leaving, .pausing:
      state = .stopped
      deadline = .max
      return false
    }
  }

  mutating func stopped() {
    state = .stopped
    deadline = .max
  }
}
