import AMQP
import JobsprintDomain
import JobsprintPorts
import Logging

/// Takes what the broker delivers from the queue of one lane or tag, looks at its tickets, and hands on what is ours
/// and in time.
///
///     message                                       counted as            settled by
///     ---------------------------------------------------------------------------------------------
///     no wake-up                                    unreadable            rejected, into the quarantine
///     the ticket is nobody's                        forged                rejected, into the quarantine
///     the ticket is for something else              foreign               rejected, into the quarantine
///     the ticket is too old                         expired               issued again, acknowledged
///     else                                          received              whoever takes it
struct WakeUpIntake: Sendable {
  let source: WakeUpSource
  let consumer: AMQPConsumer
  let queue: RabbitMQWakeUpQueue
  let tickets: any TicketAuthority
  let envelope: StartEnvelope
  let replies: AwaitedReplies
  /// Begins every address that is answered to.
  let inboxPrefix: String
  let counters: RabbitMQCounters
  let log: Logger

  private enum Finding {
    case wakeUp(WakeUp)
    case expired(WakeUp)
    case rejected(RabbitMQMetrics.Rejection, String)

    static let foreignTicket = Finding.rejected(.foreign, "its ticket is for another execution or workspace")
  }

  /// Until the task is cancelled, or the connection closed for good.
  func run() async {
    await withDiscardingTaskGroup { group in
      while true {
        let deliveries = await consumer.next(upTo: 100)
        if deliveries.isEmpty { return }
        let expired = await take(deliveries)
        // The broker's confirm is not waited for here; how many are out is bounded by the prefetch.
        if !expired.isEmpty { group.addTask { await reissue(expired) } }
      }
    }
  }

  private func take(_ deliveries: [AMQPDelivery]) async -> [RabbitMQWakeUpQueue.Arrival] {
    var arrivals: [RabbitMQWakeUpQueue.Arrival] = []
    var expired: [RabbitMQWakeUpQueue.Arrival] = []
    var rejected: [(RabbitMQMetrics.Rejection, String)] = []
    for delivery in deliveries {
      switch await look(at: delivery) {
      case .wakeUp(let wakeUp):
        if let address = wakeUp.replyTo { replies.remember(address, for: wakeUp.execution) }
        arrivals.append(RabbitMQWakeUpQueue.Arrival(wakeUp: wakeUp, delivery: delivery))
      case .expired(let wakeUp): expired.append(RabbitMQWakeUpQueue.Arrival(wakeUp: wakeUp, delivery: delivery))
      case .rejected(let rejection, let reason):
        delivery.reject(requeue: false)
        rejected.append((rejection, reason))
      }
    }
    counters.add { metrics in
      metrics.received += arrivals.count
      metrics.expired += expired.count
      for (rejection, _) in rejected { metrics.quarantined[rejection, default: 0] += 1 }
      if !arrivals.isEmpty { metrics.lastReceived = .now }
    }
    queue.put(arrivals)
    // One line for all, or whoever floods the queue would flood the log. What the messages say stays out of it.
    if let (rejection, reason) = rejected.first {
      log.warning(
        "messages that are no wake-ups of ours went into the quarantine",
        metadata: [
          "queue": "\(source.name)", "count": "\(rejected.count)", "kind": "\(rejection.rawValue)",
          "reason": "\(reason)",
        ])
    }
    return expired
  }

  private func look(at delivery: AMQPDelivery) async -> Finding {
    guard let message = WakeUpMessage(delivery.body) else { return .rejected(.unreadable, "it is no wake-up") }
    let isExpired: Bool
    switch await tickets.verdict(on: message.ticket) {
    case .forged(let reason): return .rejected(.forged, reason)
    case .valid(let execution, let workspace):
      guard execution == message.execution, workspace == message.workspace else { return .foreignTicket }
      isExpired = false
    case .expired(let execution, let workspace):
      guard execution == message.execution, workspace == message.workspace else { return .foreignTicket }
      isExpired = true
    }
    let wakeUp = wakeUp(message, delivery, isBegun: delivery.redelivered || isExpired)
    guard WakeUpSource(of: wakeUp) == source else { return .rejected(.foreign, "it is of another lane or tag") }
    return isExpired ? .expired(wakeUp) : .wakeUp(wakeUp)
  }

  /// - Parameter isBegun: it may have been begun, and have ended its process: it is claimed first, which is counted.
  private func wakeUp(_ message: WakeUpMessage, _ delivery: AMQPDelivery, isBegun: Bool) -> WakeUp {
    WakeUp(
      execution: message.execution, workspace: message.workspace, lane: message.lane, tag: message.tag,
      replyTo: delivery.properties.replyTo.flatMap { $0.hasPrefix(inboxPrefix) ? $0 : nil }, trace: message.trace,
      start: isBegun ? nil : message.start.flatMap { envelope.open($0, of: message) })
  }

  /// Where that fails they're gone from here: recovery finds their executions, while giving them back would have them
  /// come again at once, for as long as the queue is full.
  private func reissue(_ expired: [RabbitMQWakeUpQueue.Arrival]) async {
    do throws(PortError) { try await queue.publish(expired.map(\.wakeUp)) } catch {
      log.warning(
        "could not issue expired wake-ups again", metadata: ["count": "\(expired.count)", "error": "\(error)"])
    }
    expired.map(\.delivery).ack()
  }
}
