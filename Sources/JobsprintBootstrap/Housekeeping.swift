import JobsprintDomain
import JobsprintPorts
import Logging

/// Removes what is kept for a time only: idempotency keys after 24 hours, in bounded batches.
struct Housekeeping: Sendable {
  let idempotency: any IdempotencyStore
  let clock: any WallClock
  let log: Logger

  func run() async {
    while !Task.isCancelled {
      do throws(PortError) {
        while try await idempotency.forget(before: clock.now - .seconds(24 * 3600), limit: 1000) == 1000 {}
      } catch {
        log.warning("could not remove old idempotency keys", metadata: ["error": "\(error)"])
      }
      try? await clock.sleep(for: .seconds(600))
    }
  }
}
