// One instance's way to a broker: a connection for publishing and another for consuming, since a broker that is short
// of memory blocks who publishes, and would take no acknowledgements from it either. It carries wake-ups and hints;
// whatever is lost here, the store has it.

import AMQP
import JobsprintDomain
public import JobsprintPorts
public import Logging

public final class RabbitMQBroker: Sendable {
  private let options: RabbitMQOptions
  private let publishing: AMQPConnection
  private let consuming: AMQPConnection
  private let queue: RabbitMQWakeUpQueue
  private let intakes: [WakeUpIntake]
  private let bus: RabbitMQEventBus
  private let inbox: AMQPConsumer?
  private let outbox: RabbitMQOutbox
  private let counters = RabbitMQCounters()
  private let log: Logger

  public let deadLetters: RabbitMQDeadLetters

  /// - Parameters:
  ///   - tickets: makes and checks the tickets of wake-ups.
  ///   - cipher: of what executions begin with, and of ends that are told with what they are ends of.
  ///   - local: carries events inside of this process.
  public init(
    _ options: RabbitMQOptions, tickets: any TicketAuthority, cipher: any TransitCipher, local: any EventBus,
    log: Logger
  ) {
    self.options = options
    self.log = log
    let topology = RabbitMQTopology(prefix: options.prefix, queueLimit: options.queueLimit)
    let inboxName = topology.inbox(of: options.name, .random(in: .min ... .max))
    let publishing = AMQPConnection(options.connection(for: "publishing"), topology: topology.shared)
    var consumed = options.needsInbox ? topology.shared(withInbox: inboxName) : topology.shared
    if options.consumes { consumed.queues += topology.queues(of: (options.tags.tags ?? []).sorted()).queues }
    let consuming = AMQPConnection(options.connection(for: "consuming"), topology: consumed)
    let counters = counters
    let queue = RabbitMQWakeUpQueue(
      options, topology: topology, tickets: tickets, envelope: StartEnvelope(cipher: cipher), publishing: publishing,
      counters: counters)
    let outbox = RabbitMQOutbox(AMQPPublisher(publishing))
    let replies = AwaitedReplies()
    self.publishing = publishing
    self.consuming = consuming
    self.queue = queue
    self.outbox = outbox
    deadLetters = RabbitMQDeadLetters(exchange: topology.deadLetters, outbox: outbox)
    bus = RabbitMQEventBus(
      inbox: inboxName, awaitsReplies: options.awaitsReplies, control: topology.control, local: local,
      replies: replies, outbox: outbox, cipher: cipher, deadLetters: deadLetters)
    inbox = options.needsInbox ? AMQPConsumer(consuming, queue: inboxName, prefetch: 200) : nil
    intakes = options.sources.map { source in
      let consumer = AMQPConsumer(consuming, queue: topology.queue(of: source), prefetch: options.prefetch(of: source))
      return WakeUpIntake(
        source: source, consumer: consumer, queue: queue, tickets: tickets, envelope: StartEnvelope(cipher: cipher),
        replies: replies, inboxPrefix: topology.inboxPrefix, counters: counters, log: log)
    }
  }

  public var wakeUps: any WakeUpQueue { queue }

  public var events: any EventBus { bus }

  /// Serves until the task is cancelled; then tells what is still to be told, and closes. To be called once.
  public func run() async {
    // Cancelled after the others, so that the ends of the last executions are told.
    let publisher = Task { await publishing.run() }
    await withDiscardingTaskGroup { group in
      group.addTask { await self.watch(self.publishing, "publishing") }
      group.addTask { await self.outbox.run() }
      guard let inbox else { return }
      group.addTask { await self.watch(self.consuming, "consuming") }
      group.addTask { await self.consuming.run() }
      group.addTask { await self.bus.listen(inbox) }
      for intake in intakes { group.addTask { await intake.run() } }
    }
    await Task { await outbox.flush() }.value
    publisher.cancel()
    await publisher.value
  }

  /// Whether wake-ups can be received now: consumers are attached to all lanes and tags, and the broker was heard of
  /// within `limit`. Give it more than half the heartbeat's interval, which is 10 seconds where the URL says nothing
  /// else.
  public func canReceive(within limit: Duration) -> Bool {
    guard !intakes.isEmpty, let silence = consuming.silence else { return false }
    return silence <= limit && intakes.allSatisfy(\.consumer.isAttached)
  }

  public var metrics: RabbitMQMetrics {
    var metrics = counters.metrics
    let (out, back) = (publishing.metrics, consuming.metrics)
    metrics.published = out.published
    metrics.confirmed = out.confirmed
    metrics.refused = out.nacked + out.returned
    metrics.failed = out.failed
    metrics.untold = outbox.dropped
    metrics.waiting = queue.waiting
    metrics.redelivered = back.redelivered
    metrics.publishing = RabbitMQMetrics.Link(publishing.state)
    metrics.consuming = RabbitMQMetrics.Link(consuming.state)
    metrics.reconnects = out.reconnects + back.reconnects
    metrics.silence = consuming.silence
    return metrics
  }

  /// The log hears of what changes.
  private func watch(_ connection: AMQPConnection, _ purpose: String) async {
    var wasDown = false
    for await state in connection.states() {
      switch state {
      case .ready:
        log.info("connected to the broker", metadata: ["connection": "\(purpose)"])
        wasDown = false
      case .down(let error, _):
        // Attempts that fail follow each other every few seconds.
        if !wasDown {
          log.warning("no connection to the broker", metadata: ["connection": "\(purpose)", "error": "\(error)"])
        }
        wasDown = true
      case .blocked(let reason):
        log.warning("the broker takes no messages", metadata: ["connection": "\(purpose)", "reason": "\(reason)"])
      case .channelClosed(let queue, _, let text):
        log.warning("the broker closed a channel", metadata: ["queue": "\(queue ?? "")", "reason": "\(text)"])
      case .consumerCancelled(let queue):
        log.warning("a queue was deleted and is declared again", metadata: ["queue": "\(queue ?? "")"])
      case .idle, .connecting, .closed: break
      }
    }
  }
}
