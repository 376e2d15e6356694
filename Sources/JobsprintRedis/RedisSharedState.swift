public import JobsprintPorts
import Redis

/// What all servers of an installation share through Redis. Everything has a way without it, and begins with the local
/// one that it is given.
public final class RedisSharedState: Sendable {
  public struct Options: Sendable {
    /// `redis://…`, `rediss://…`, `redis-cluster://…`; it may hold a password.
    public var address: String
    /// What all keys and channels begin with: installations that share a Redis have different ones.
    public var prefix = "jobsprint"
    /// What Redis's list of clients shows.
    public var name = "jobsprint"
    /// Whether anybody reads events here.
    public var readsEvents = true
    /// Seals versions of workflows; nil: there are none here.
    public var versionCipher: (any TransitCipher)?

    public init(address: String) { self.address = address }
  }

  public let rateLimiter: any RateLimiter
  public let attempts: any AttemptLedger
  public let epoch: any AccessEpoch
  public let locks: any LockService
  public let pendingSignIns: any PendingSignIns
  public var feed: any EventFeed { events }
  /// nil without ``Options/versionCipher``.
  public let versions: (any VersionCache)?

  private let client: RedisClient
  private let events: RedisEventFeed
  private let takeovers = Takeovers()

  /// A caller waits so long at most, once; then Redis counts as away until it answers again.
  private static let answerLimit: Duration = .milliseconds(500)

  /// - Throws: ``RedisAddressError`` for an address that can't be used.
  public init(
    _ options: Options, clock: any WallClock, rateLimiter: any RateLimiter, attempts: any AttemptLedger,
    pendingSignIns: any PendingSignIns, hub: EventHub
  ) throws {
    let channel = "\(options.prefix):events"
    let subscriber: RedisSubscriber?
    let changes: RedisSubscriber?
    do throws(RedisError) {
      var redis = try RedisOptions(options.address)
      redis.connectionName = options.name
      redis.answerLimit = Self.answerLimit
      client = try RedisClient(redis)
      subscriber = options.readsEvents ? try RedisSubscriber(redis, channels: [channel]) : nil
      changes =
        options.versionCipher == nil
        ? nil : try RedisSubscriber(redis, channels: [RedisVersionCache.channel(options.prefix)])
    } catch { throw RedisAddressError(message: error.message) }
    self.rateLimiter = RedisRateLimiter(
      client: client, prefix: options.prefix, clock: clock, local: rateLimiter, takeovers: takeovers)
    self.attempts = RedisAttemptLedger(
      client: client, prefix: options.prefix, local: attempts, takeovers: takeovers)
    epoch = RedisAccessEpoch(client: client, prefix: options.prefix, takeovers: takeovers)
    self.pendingSignIns = RedisPendingSignIns(
      client: client, prefix: options.prefix, local: pendingSignIns, takeovers: takeovers)
    locks = RedisLocks(client: client, prefix: options.prefix, clock: clock, takeovers: takeovers)
    versions = changes.flatMap { [client, takeovers] changes in
      options.versionCipher.map { seal in
        RedisVersionCache(
          client: client, subscriber: changes, prefix: options.prefix, seal: seal, clock: clock, takeovers: takeovers)
      }
    }
    events = RedisEventFeed(
      client: client, subscriber: subscriber, channel: channel, hub: hub, takeovers: takeovers)
  }

  /// Serves until the task is cancelled.
  public func run() async {
    async let serving: Void = client.run()
    async let telling: Void = events.run()
    async let sharing: Void? = versions?.run()
    _ = await (serving, telling, sharing)
  }

  public var metrics: RedisStateMetrics {
    let client = client.metrics
    return RedisStateMetrics(
      servers: client.servers, connected: client.connected, inFlight: client.inFlight, answered: client.answered,
      unanswered: client.unanswered, timedOut: client.timedOut, redirected: client.redirected,
      reconnects: client.reconnects, takeovers: takeovers.current)
  }
}

/// The address can't be used; the message never repeats it.
public struct RedisAddressError: Error, Sendable {
  public let message: String
}

public struct RedisStateMetrics: Sendable {
  public let servers: Int
  public let connected: Int
  public let inFlight: Int
  public let answered: Int
  public let unanswered: Int
  public let timedOut: Int
  public let redirected: Int
  public let reconnects: Int
  /// How often this process helped itself.
  public let takeovers: [RedisUse: Int]
}
