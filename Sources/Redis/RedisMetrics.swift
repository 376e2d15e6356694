import Synchronization

/// What a client has done since it was made, and what it is doing.
public struct RedisMetrics: Sendable, Equatable {
  /// Commands that were answered, also with an error.
  public internal(set) var answered = 0
  /// Commands that were not answered: no connection, a lost one, or too late.
  public internal(set) var unanswered = 0
  /// Of these, too late.
  public internal(set) var timedOut = 0
  /// On their way, or waiting to be sent.
  public internal(set) var inFlight = 0
  /// Commands that a node of a cluster sent to another.
  public internal(set) var redirected = 0
  /// How often the map of a cluster was read.
  public internal(set) var mapsRead = 0

  /// Servers that are to be reached, and those that are.
  public internal(set) var servers = 0
  public internal(set) var connected = 0
  public internal(set) var connects = 0
  /// Of these, by who had lost one before.
  public internal(set) var reconnects = 0
  public internal(set) var connectsFailed = 0
  public internal(set) var connectionsLost = 0
}

/// Counts of all connections of a client.
final class RedisCounts: Sendable {
  private let metrics = Mutex(RedisMetrics())

  var current: RedisMetrics { metrics.withLock { $0 } }

  func change(_ body: (inout RedisMetrics) -> Void) { metrics.withLock { body(&$0) } }
}
