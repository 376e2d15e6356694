// Wake-ups through the broker: a durable quorum queue for each lane, and for each worker tag that is used, every
// message confirmed, every message with a ticket that whoever can merely write to the queue can't make. What is wrong
// with a message is found here, before anybody is woken; what becomes of its execution is decided in the store,
// whatever a message says.

import AMQP
import JobsprintDomain
import JobsprintPorts
import Logging

final class RabbitMQWakeUpQueue: WakeUpQueue {
  struct Arrival: Sendable {
    let wakeUp: WakeUp
    let delivery: AMQPDelivery
  }

  private let topology: RabbitMQTopology
  private let messageTTL: Duration?
  private let tickets: any TicketAuthority
  private let envelope: StartEnvelope
  private let connection: AMQPConnection
  /// One for each lane, and one for all tags: a full queue holds up no other lane.
  private let publishers: [Lane: AMQPPublisher]
  private let tagPublisher: AMQPPublisher
  private let counters: RabbitMQCounters
  /// Of all queues, in the order of lanes; at most the prefetch of each.
  private let buffer = LaneBuffer<Arrival>()

  init(
    _ options: RabbitMQOptions, topology: RabbitMQTopology, tickets: any TicketAuthority, envelope: StartEnvelope,
    publishing: AMQPConnection, counters: RabbitMQCounters
  ) {
    self.topology = topology
    self.tickets = tickets
    self.envelope = envelope
    messageTTL = options.messageTTL
    connection = publishing
    publishers = Dictionary(uniqueKeysWithValues: Lane.allCases.map { ($0, AMQPPublisher(publishing)) })
    tagPublisher = AMQPPublisher(publishing)
    self.counters = counters
  }

  /// Wake-ups that are here and that nobody has taken.
  var waiting: Int { buffer.count }

  // MARK: publishing

  func publish(_ wakeUps: [WakeUp]) async throws(PortError) {
    var messages: [WakeUpSource: [AMQPMessage]] = [:]
    for wakeUp in wakeUps { messages[WakeUpSource(of: wakeUp), default: []].append(await message(wakeUp)) }
    var failure: AMQPError?
    for lane in Lane.allCases {
      guard let publisher = publishers[lane], let messages = messages[.lane(lane)] else { continue }
      do throws(AMQPError) { try await publisher.publish(messages) } catch { failure = failure ?? error }
    }
    for tag in messages.keys.compactMap(\.tag).sorted() {
      guard let messages = messages[.tag(tag)] else { continue }
      do throws(AMQPError) { try await tagPublisher.publish(messages) } catch {
        // Nobody carries the tag: whoever will finds its executions in the store.
        if error.code == .unroutable {
          counters.add { $0.uncarried += messages.count }
        } else {
          failure = failure ?? error
        }
      }
    }
    guard let failure else { return }
    // Somebody has deleted a queue.
    if failure.code == .unroutable { try? await connection.declare(topology.shared) }
    throw PortError(failure)
  }

  private func message(_ wakeUp: WakeUp) async -> AMQPMessage {
    let ticket = await tickets.ticket(for: wakeUp.execution, in: wakeUp.workspace)
    var message = AMQPMessage(
      routingKey: topology.queue(of: WakeUpSource(of: wakeUp)),
      body: WakeUpMessage(wakeUp, ticket: ticket, start: envelope.seal(wakeUp)).body)
    message.messageID = "\(wakeUp.execution)"
    message.contentType = "application/json"
    message.replyTo = wakeUp.replyTo
    message.timeToLive = messageTTL
    return message
  }

  // MARK: receiving

  func receive(upTo limit: Int) async -> WakeUpBatch {
    let arrivals = await buffer.next(upTo: limit)
    guard !arrivals.isEmpty else { return .empty }
    return WakeUpBatch(arrivals.map(\.wakeUp)) { settlement in
      switch settlement {
      case .acknowledged:
        // Those of one queue leave as one frame.
        for arrivals in Dictionary(grouping: arrivals, by: { WakeUpSource(of: $0.wakeUp) }).values {
          arrivals.map(\.delivery).ack()
        }
      case .givenBack: for arrival in arrivals { arrival.delivery.reject(requeue: true) }
      }
    }
  }

  func put(_ arrivals: [Arrival]) { buffer.put(arrivals) { $0.wakeUp.lane } }
}
