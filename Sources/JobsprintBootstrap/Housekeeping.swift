import JobsprintDomain
import JobsprintPorts
import Logging

/// Removes what is kept for a time only (idempotency keys for 24 hours, executions for as long as was set), in bounded
/// batches, and does what the store asks for now and then.
struct Housekeeping: Sendable {
  let storage: Storage
  let clock: any WallClock
  let log: Logger
  /// Of executions that have ended; nil: for good.
  let retention: Duration?

  func run() async {
    while !Task.isCancelled {
      do throws(PortError) {
        try await storage.maintain(clock.now)
        while try await storage.idempotency.forget(before: clock.now - .seconds(24 * 3600), limit: 1000) == 1000 {}
        // A day for the clocks of two machines, and for whoever wants to know.
        while try await storage.sessions.forget(before: clock.now - .seconds(24 * 3600), limit: 1000) >= 1000 {}
        if let retention {
          while try await storage.expire(clock.now - retention), !Task.isCancelled {}
        }
      } catch {
        if Task.isCancelled { return }
        log.warning("housekeeping failed", metadata: ["error": "\(error)"])
      }
      try? await clock.sleep(for: .seconds(600))
    }
  }
}
