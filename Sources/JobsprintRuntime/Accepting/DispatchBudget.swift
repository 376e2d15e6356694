// How much of what this process accepts goes to the queue at once. Beyond that it stays in the store until its turn
// comes (Recoverer), so that one workspace's backlog stands in front of nobody else's executions, and no message is
// told again and again while it only waits for its place in the queue.
//
// A line (a workspace's executions of one lane) may have so many on their way. Who accepts counts what he dispatches,
// and looks in the store what is left of it when half of the room is used up: nothing is asked as long as little is
// accepted. What is held counts, too, so that a new one passes those before it only when all of them are about to go.

import JobsprintDomain
public import JobsprintPorts
public import Logging
import Synchronization

public final class DispatchBudget: Sendable {
  /// New executions of a line that are on their way: half a second of work at 2,000/s, and what another line waits for
  /// this one at most.
  public static let lineLimit = 1000

  private let claims: any ExecutionClaims
  private let clock: any WallClock
  private let limit: Int
  private let patience: Duration
  private let log: Logger
  /// What may still be dispatched; all of it where a line is not named.
  private let room = Mutex<[DispatchLine: Int]>([:])
  private let (wishes, wish) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// Between two looks.
  private static let pause: Duration = .milliseconds(100)

  /// - Parameter patience: how old a dispatch may be that counts (``RecovererOptions/patience``).
  public init(
    claims: any ExecutionClaims, clock: any WallClock, patience: Duration, limit: Int = DispatchBudget.lineLimit,
    log: Logger
  ) {
    self.claims = claims
    self.clock = clock
    self.patience = patience
    self.limit = limit
    self.log = log
  }

  /// Whether one more execution of the line may be dispatched now.
  func take(_ line: DispatchLine) -> Bool {
    let left = room.withLock { room in
      let left = room[line, default: limit]
      room[line] = max(0, left - 1)
      return left
    }
    if left <= limit / 2 { wish.yield() }
    return left > 0
  }

  /// Looks what room there is, until the task is cancelled.
  public func run() async {
    for await _ in wishes {
      await look()
      try? await clock.sleep(for: Self.pause)
    }
  }

  private func look() async {
    do {
      let backlog = try await claims.backlog(since: clock.now - patience, limit: limit)
      room.withLock { $0 = backlog.mapValues { max(0, limit - $0) } }
    } catch {
      log.warning("could not look how much is waiting", metadata: ["error": "\(error)"])
    }
  }
}
