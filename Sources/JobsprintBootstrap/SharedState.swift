// What the processes of an installation share besides the store: through Redis, or each has its own.

import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintRedis

struct SharedState: Sendable {
  let rateLimiter: any RateLimiter
  let attempts: any AttemptLedger
  let epoch: any AccessEpoch
  let feed: any EventFeed
  let locks: any LockService
  let pendingSignIns: any PendingSignIns
  /// nil where nothing is between a process and its store.
  let versions: (any VersionCache)?
  /// nil where nothing is shared.
  let redis: RedisSharedState?

  /// - Throws: ``SettingError`` for an address that can't be meant.
  init(
    _ role: ProcessRole, _ configuration: ProcessConfiguration, clock: any WallClock,
    makeID: @escaping @Sendable () -> UUIDv7
  ) throws {
    let (limiter, ledger) = (MemoryRateLimiter(clock: clock), MemoryAttemptLedger())
    let signIns = MemoryPendingSignIns(clock: clock)
    let hub = EventHub(clock: clock, makeID: makeID)
    guard let address = configuration.redisAddress else {
      rateLimiter = limiter
      attempts = ledger
      epoch = MemoryAccessEpoch()
      feed = MemoryEventFeed(hub)
      locks = MemoryLocks(clock: clock)
      pendingSignIns = signIns
      versions = nil
      redis = nil
      return
    }
    var options = RedisSharedState.Options(address: address)
    options.prefix = configuration.redisPrefix
    options.name = "jobsprint-\(role.rawValue) \(configuration.instance)"
    options.readsEvents = role != .worker
    // A folder is nearer than any cache.
    if case .postgres = configuration.storage { options.versionCipher = TransitVault(configuration.ticketKeys) }
    let shared: RedisSharedState
    do {
      shared = try RedisSharedState(
        options, clock: clock, rateLimiter: limiter, attempts: ledger, pendingSignIns: signIns, hub: hub)
    } catch let error as RedisAddressError {
      throw SettingError("jobsprint.redis.url", "an address of Redis (\(error.message))", found: "…")
    }
    rateLimiter = shared.rateLimiter
    attempts = shared.attempts
    epoch = shared.epoch
    feed = shared.feed
    locks = shared.locks
    pendingSignIns = shared.pendingSignIns
    versions = shared.versions
    redis = shared
  }
}

/// Tells clients what it tells the processes.
struct FeedingEventBus: EventBus {
  let bus: any EventBus
  let feed: any EventFeed

  var replyAddress: String? { bus.replyAddress }

  func publish(_ event: ExecutionEvent) {
    bus.publish(event)
    // Events are kept for clients that come back: without data.
    feed.publish(
      ExecutionEvent(
        execution: event.execution, workspace: event.workspace, state: event.state, deadLetter: event.deadLetter))
  }

  func events(of execution: ExecutionID) -> AsyncStream<ExecutionEvent> { bus.events(of: execution) }

  func cancellations() -> AsyncStream<ExecutionID> { bus.cancellations() }
}
