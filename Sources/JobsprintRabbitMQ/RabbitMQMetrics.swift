import AMQP
import Synchronization

/// What an instance has done with its broker since its start, and what it is doing.
public struct RabbitMQMetrics: Sendable, Equatable {
  /// Why a message went into the quarantine.
  public enum Rejection: String, Sendable, Hashable, CaseIterable {
    /// Its ticket is nobody's, or not of this installation.
    case forged
    /// Its ticket is ours, and says something else than the message.
    case foreign
    /// It is no wake-up.
    case unreadable
  }

  /// A connection's state.
  public enum Link: String, Sendable, Hashable, CaseIterable {
    /// Not begun, or not needed.
    case idle
    case connecting, ready
    /// The broker takes no messages, for want of memory or disk.
    case blocked
    /// Lost, or not made; it's tried again.
    case down
    case closed
  }

  /// Messages of all kinds that were handed to the broker, and what it said.
  public internal(set) var published = 0
  public internal(set) var confirmed = 0
  /// By a full queue, or for want of one.
  public internal(set) var refused = 0
  /// On which the broker said nothing in time.
  public internal(set) var failed = 0
  /// Wake-ups of worker tags that no worker has ever carried.
  public internal(set) var uncarried = 0
  /// Ends, cancellations and dead letters that nobody was told of.
  public internal(set) var untold = 0

  /// Wake-ups that were ours, and in time.
  public internal(set) var received = 0
  /// Of those, what is here and nobody has taken.
  public internal(set) var waiting = 0
  /// Messages that were delivered before, to whomever, and not settled.
  public internal(set) var redelivered = 0
  /// Ours, but too old: each was issued again.
  public internal(set) var expired = 0
  public internal(set) var quarantined: [Rejection: Int] = [:]

  public internal(set) var publishing = Link.idle
  public internal(set) var consuming = Link.idle
  /// Connections that were made again, of both.
  public internal(set) var reconnects = 0
  /// Since when a consumer's broker hasn't been heard of: a message or a heartbeat; nil while it's away.
  public internal(set) var silence: Duration?
  /// When the last wake-up came.
  public internal(set) var lastReceived: ContinuousClock.Instant?
}

extension RabbitMQMetrics.Link {
  init(_ state: AMQPConnectionState) {
    self =
      switch state {
      case .idle: .idle
      case .connecting: .connecting
      case .blocked: .blocked
      case .down: .down
      case .closed: .closed
      // The latter two pass while the connection is up.
      case .ready, .channelClosed, .consumerCancelled: .ready
      }
  }
}

/// What the intake counts.
final class RabbitMQCounters: Sendable {
  private let counts = Mutex(RabbitMQMetrics())

  var metrics: RabbitMQMetrics { counts.withLock { $0 } }

  func add(_ change: (inout RabbitMQMetrics) -> Void) { counts.withLock { change(&$0) } }
}
