// Recovery is dispatching again, nothing else: what nobody claimed, what its holder lost, what has waited long enough.

import JobsprintDomain
public import JobsprintPorts
public import Logging

public struct RecovererOptions: Sendable {
  /// Between two looks; a timer that ends sooner shortens it.
  public var interval: Duration = .seconds(1)
  /// A wake-up that nobody has answered for this long is issued again.
  public var patience: Duration = .seconds(30)
  public var lease: Duration = .seconds(15)
  /// Executions in one pass.
  public var limit = 500

  public init() {}
}

public struct Recoverer: Sendable {
  private let claims: any ExecutionClaims
  private let dispatcher: Dispatcher
  private let clock: any WallClock
  private let options: RecovererOptions
  private let timers: TimerSignal
  private let log: Logger

  /// - Parameter timers: by which executors of this process tell of new timers.
  public init(
    claims: any ExecutionClaims, dispatcher: Dispatcher, clock: any WallClock,
    options: RecovererOptions = RecovererOptions(), timers: TimerSignal = TimerSignal(), log: Logger
  ) {
    self.claims = claims
    self.dispatcher = dispatcher
    self.clock = clock
    self.options = options
    self.timers = timers
    self.log = log
  }

  /// Looks until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      var wait = options.interval
      do throws(PortError) {
        let now = clock.now
        let found = try await pass()
        if found == options.limit { continue }
        // What was due by then has just been dispatched.
        if let timer = try await claims.nextTimer(after: now) {
          wait = max(.milliseconds(1), min(wait, timer - clock.now))
        }
      } catch {
        log.warning("recovery pass failed", metadata: ["error": "\(error)"])
      }
      await timers.sleep(until: clock.now + wait, on: clock)
    }
  }

  /// One look; how many executions were dispatched again.
  public func pass() async throws(PortError) -> Int {
    let now = clock.now
    let wakeUps = try await claims.recoverable(
      at: now, dispatchedBefore: now - options.patience, leaseExpiry: now - options.lease, limit: options.limit)
    if !wakeUps.isEmpty { dispatcher.dispatch(wakeUps) }
    return wakeUps.count
  }
}
