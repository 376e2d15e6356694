// The queue and the bus of a process: in memory where it is the only one, else over RabbitMQ.

import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintRabbitMQ
import JobsprintRuntime
import Logging

struct Messaging: Sendable {
  let queue: any WakeUpQueue
  let bus: any EventBus
  /// nil where nothing leaves the process.
  let broker: RabbitMQBroker?

  init(
    _ role: ProcessRole, _ configuration: ProcessConfiguration, clock: any WallClock, log: Logger
  ) async throws {
    let local = MemoryEventBus()
    guard role != .embedded else {
      queue = MemoryWakeUpQueue()
      bus = local
      broker = nil
      return
    }
    guard case .postgres = configuration.storage else {
      throw SettingError(
        missing: "jobsprint.database.url", for: role, example: "postgres://user:password@host/database")
    }
    guard let address = configuration.brokerAddress else {
      throw SettingError(missing: "jobsprint.broker.url", for: role, example: "amqp://user:password@host:5672")
    }
    guard let tickets = TicketRing(configuration.ticketKeys, clock: clock),
      let cipher = TransitVault(configuration.ticketKeys)
    else {
      throw SettingError(missing: "jobsprint.ticket.keys", for: role, example: "2026-01:$(openssl rand -hex 32)")
    }
    var options: RabbitMQOptions
    do { options = try RabbitMQOptions(address) } catch {
      throw SettingError("jobsprint.broker.url", "amqp://user:password@host:5672/vhost or amqps://…", found: "…")
    }
    options.prefix = configuration.brokerPrefix
    options.name = "jobsprint-\(role.rawValue) \(configuration.instance)"
    options.consumes = role == .worker
    options.tags = configuration.workerTags
    options.awaitsReplies = role == .api
    let broker = RabbitMQBroker(options, tickets: tickets, cipher: cipher, local: local, log: log)
    self.broker = broker
    queue = broker.wakeUps
    bus = broker.events
  }
}
