/// Listens on channels, on one connection of its own that belongs to no pool and is made again whenever it's lost.
/// Not through PgBouncer in transaction mode, which hands no notifications on.
///
///     let listener = PostgresListener(options, channels: ["jobs"])
///     async let running: Void = listener.run()
///     for await event in listener.events { … }
public final class PostgresListener: Sendable {
  public enum Event: Sendable, Hashable {
    /// The channels are listened to from here on. It comes after every reconnection too: what was notified in between
    /// is lost, so look at what the notifications are about.
    case listening
    case notification(PostgresNotification)
  }

  /// For one reader. Ends when `run()` does. Of more than 10,000 events that nobody reads the oldest are dropped.
  public let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation
  private let engine: PostgresEngine

  /// - Parameter channels: names as they are; quoting is done here.
  public init(_ options: PostgresOptions, channels: [String]) {
    let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(10_000))
    events = stream
    self.continuation = continuation
    var options = options
    options.size = 1
    options.preparedStatements = 0
    engine = PostgresEngine(
      options: options,
      greeting: channels.map { PostgresCommand(name: "listen", sql: "LISTEN " + Self.quoted($0)) },
      greeted: { continuation.yield(.listening) },
      notified: { continuation.yield(.notification($0)) })
  }

  /// Serves until the task is cancelled.
  public func run() async {
    await engine.run()
    continuation.finish()
  }

  public var metrics: PostgresMetrics { engine.snapshot() }

  private static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }
}
