import JobsprintDomain
import JobsprintPorts
import Synchronization

/// Which refusals were noted lately: one entry a minute for each caller and route is enough, however often he asks.
final class RefusalNotes: Sendable {
  private struct Refusal: Hashable {
    let actor: Actor
    let route: String
  }

  private static let interval: Duration = .seconds(60)
  private static let mostKnown = 10_000

  private let noted = Mutex<[Refusal: Timestamp]>([:])

  /// - Returns: whether this one is to be noted.
  func isNew(_ actor: Actor, _ route: String, at now: Timestamp) -> Bool {
    noted.withLock { noted in
      let refusal = Refusal(actor: actor, route: route)
      if let last = noted[refusal], (.zero..<Self.interval).contains(now - last) { return false }
      if noted.count >= Self.mostKnown { noted.removeAll() }
      noted[refusal] = now
      return true
    }
  }
}
