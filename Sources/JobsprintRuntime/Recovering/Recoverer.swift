// Recovery is dispatching again, nothing else: what nobody claimed, what its holder lost, what has waited long enough.
// So is the end of waiting in a line: what was not dispatched when it was accepted (DispatchBudget), or was handed
// back, is dispatched when there is room for its line.
//
// Every process has a recoverer, and most of the time none of them has anything to do: so each looks when something is
// due, as far as the store knows it (the end of a wait, of a lease), when it is told, and beside that the more seldom
// the longer it has found nothing. What was accepted by a process that died before it claimed it is found by that
// alone.

public import JobsprintDomain
public import JobsprintPorts
public import Logging

public struct RecovererOptions: Sendable {
  /// Between two looks while there is something to do; doubled after each look that finds nothing.
  public var interval: Duration = .seconds(1)
  /// The longest time between two looks.
  public var longestInterval: Duration = .seconds(15)
  /// By what part intervals are shortened at random, so that processes that started together do not look together.
  public var jitter: ClosedRange<Double> = 0...0.2
  /// A wake-up that nobody has answered for this long is issued again.
  public var patience: Duration = .seconds(30)
  public var lease: Duration = .seconds(15)
  /// Executions in one pass.
  public var limit = 500
  /// New executions of a line that are on their way.
  public var lineLimit = DispatchBudget.lineLimit
  /// What it dispatches. Of other tags only whoever accepts does: where nobody carries one, its messages would pile up.
  public var tags = WorkerTags.all
  /// While something waits in a line, it is looked after so often.
  public var turn: Duration = .milliseconds(100)

  public init() {}
}

public struct Recoverer: Sendable {
  private let claims: any ExecutionClaims
  private let dispatcher: Dispatcher
  private let clock: any WallClock
  private let options: RecovererOptions
  private let timers: TimerSignal
  private let log: Logger

  /// - Parameter timers: by which others tell when something is due.
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
    var interval = options.interval
    while !Task.isCancelled {
      var wait = interval * (1 - .random(in: options.jitter))
      do throws(PortError) {
        let now = clock.now
        let found = try await pass()
        if found == options.limit { continue }
        interval = found > 0 ? options.interval : min(interval * 2, options.longestInterval)
        // What was due by then has just been dispatched.
        if let due = try await claims.nextDue(
          after: now, carrying: options.tags, lease: options.lease, turn: options.turn)
        {
          wait = max(.milliseconds(1), min(wait, due - clock.now))
        }
      } catch {
        interval = options.interval
        wait = interval
        log.warning("recovery pass failed", metadata: ["error": "\(error)"])
      }
      await timers.sleep(until: clock.now + wait, on: clock)
    }
  }

  /// One look; how many executions were dispatched again.
  public func pass() async throws(PortError) -> Int {
    let now = clock.now
    let wakeUps = try await claims.recoverable(
      carrying: options.tags, at: now, dispatchedBefore: now - options.patience, leaseExpiry: now - options.lease,
      lineLimit: options.lineLimit, limit: options.limit)
    if !wakeUps.isEmpty { dispatcher.dispatch(wakeUps) }
    return wakeUps.count
  }
}
