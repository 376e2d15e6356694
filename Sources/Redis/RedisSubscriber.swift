import NIOSSL

/// What was published on a channel.
public struct RedisMessage: Sendable, Hashable {
  public let channel: String
  public let payload: [UInt8]

  /// nil for an answer that is none.
  init?(_ value: RedisValue) {
    guard let parts = value.elements, parts.count == 3, parts[0].text == "message", let channel = parts[1].text,
      let payload = parts[2].bytes
    else { return nil }
    self.channel = channel
    self.payload = payload
  }
}

/// Listens on channels, on a connection of its own that is made again whenever it is lost. In a cluster any node tells
/// of what was published on any other.
///
///     let subscriber = try RedisSubscriber(options, channels: ["news"])
///     async let running: Void = subscriber.run()
///     for await event in subscriber.events { … }
public final class RedisSubscriber: Sendable {
  public enum Event: Sendable, Hashable {
    /// The channels are listened to from here on. It comes after every reconnection too: what was published in between
    /// is lost.
    case subscribed
    case message(RedisMessage)
    /// Nothing comes until the next `subscribed`.
    case lost
  }

  /// For one reader. Ends when `run()` does. Of more than 10,000 events that nobody reads the oldest are dropped.
  public let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation
  private let connection: RedisConnection
  private let counts = RedisCounts()

  /// - Throws: `tlsFailed` for files that can't be used.
  public init(_ options: RedisOptions, channels: [String]) throws(RedisError) {
    let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(10_000))
    self.events = events
    self.continuation = continuation
    connection = RedisConnection(
      options.hosts, options, tls: try options.tls.map { tls throws(RedisError) in try NIOSSLContext.make(tls) },
      counts: counts, greeting: channels.map { RedisCommand("SUBSCRIBE", .text($0)) },
      received: { continuation.yield(.message($0)) },
      changed: { continuation.yield($0 == nil ? .subscribed : .lost) })
  }

  /// Serves until the task is cancelled.
  public func run() async {
    await connection.run()
    continuation.finish()
  }

  public var metrics: RedisMetrics { counts.current }
}
