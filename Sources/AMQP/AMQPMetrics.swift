/// What a connection has done since it was made, and what it is doing.
public struct AMQPMetrics: Sendable, Equatable {
  /// Messages handed to the broker.
  public internal(set) var published = 0
  public internal(set) var confirmed = 0
  /// Mandatory messages that no queue took.
  public internal(set) var returned = 0
  public internal(set) var nacked = 0
  /// Messages whose publish failed otherwise, or whose confirm came too late.
  public internal(set) var failed = 0
  /// On their way, without a confirm.
  public internal(set) var inFlight = 0
  /// Not sent yet.
  public internal(set) var waiting = 0

  public internal(set) var delivered = 0
  /// Delivered for at least the second time.
  public internal(set) var redelivered = 0
  public internal(set) var acknowledged = 0
  public internal(set) var rejected = 0
  /// Acknowledged or rejected after their channel was lost: the broker delivers them again.
  public internal(set) var settledLate = 0
  public internal(set) var consumersCancelled = 0

  public internal(set) var connects = 0
  public internal(set) var connectsFailed = 0
  public internal(set) var connectionsLost = 0
  public internal(set) var channelsClosed = 0
  /// How often the broker blocked publishing, and for how long in all, in seconds.
  public internal(set) var blocks = 0
  public internal(set) var blockedSeconds = 0.0

  /// Connections made after the first one.
  public var reconnects: Int { max(0, connects - 1) }
}
