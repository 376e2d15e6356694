import JobsprintAPI
import JobsprintDomain
import JobsprintPorts
import JobsprintRabbitMQ

/// What a worker says of itself: it lives when it could take a delivery, and is ready when the store answers too. A
/// check that only says "the process is there" leaves deaf workers in service.
struct WorkerHealth: Sendable {
  let storage: Storage
  let messaging: Messaging

  /// Longer than a heartbeat of the broker, which shows that the connection is one.
  private static let silence: Duration = .seconds(30)

  var checks: HealthChecks {
    HealthChecks(
      live: { ["broker": broker] },
      ready: { ["broker": broker, "store": await store] })
  }

  private var broker: String? {
    guard let broker = messaging.broker else { return nil }
    return broker.canReceive(within: Self.silence) ? nil : "nothing can be received from RabbitMQ"
  }

  private var store: String? {
    get async {
      do {
        _ = try await storage.tags.tags(in: .initial, page: PageRequest(limit: 1))
        return nil
      } catch {
        return error.message
      }
    }
  }
}
