import JobsprintDomain
import JobsprintPorts
import Logging

/// Removes what is kept for a time only (idempotency keys after 24 hours, in bounded batches), and does what the store
/// asks for now and then.
struct Housekeeping: Sendable {
  let storage: Storage
  let clock: any WallClock
  let log: Logger

  func run() async {
    while !Task.isCancelled {
      do throws(PortError) {
        try await storage.maintain(clock.now)
        while try await storage.idempotency.forget(before: clock.now - .seconds(24 * 3600), limit: 1000) == 1000 {}
      } catch {
        if Task.isCancelled { return }
        log.warning("housekeeping failed", metadata: ["error": "\(error)"])
      }
      try? await clock.sleep(for: .seconds(600))
    }
  }
}
