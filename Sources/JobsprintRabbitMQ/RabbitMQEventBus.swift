// The events of this process, as its own bus carries them, and two kinds of others: that an execution has ended for
// which somebody waits here, and that an execution was canceled anywhere. Both come through one queue of this instance.

import AMQP
import JobsprintDomain
import JobsprintPorts

final class RabbitMQEventBus: EventBus {
  let replyAddress: String?
  /// The queue of this instance.
  private let inbox: String
  private let control: String
  private let local: any EventBus
  private let replies: AwaitedReplies
  private let outbox: RabbitMQOutbox
  private let envelope: EndEnvelope
  private let deadLetters: RabbitMQDeadLetters

  init(
    inbox: String, awaitsReplies: Bool, control: String, local: any EventBus, replies: AwaitedReplies,
    outbox: RabbitMQOutbox, cipher: any TransitCipher, deadLetters: RabbitMQDeadLetters
  ) {
    replyAddress = awaitsReplies ? inbox : nil
    self.inbox = inbox
    self.control = control
    self.local = local
    self.replies = replies
    self.outbox = outbox
    envelope = EndEnvelope(cipher: cipher)
    self.deadLetters = deadLetters
  }

  func publish(_ event: ExecutionEvent) {
    local.publish(event)
    guard event.state.isTerminal else { return }
    if let address = replies.take(event.execution), address != inbox {
      tell(event, exchange: "", key: address, withEnd: true)
    }
    if let reason = event.deadLetter {
      deadLetters.announce(execution: event.execution, workspace: event.workspace, reason: reason.rawValue)
    }
    if event.state == .canceled { tell(event, exchange: control, key: "") }
  }

  func events(of execution: ExecutionID) -> AsyncStream<ExecutionEvent> { local.events(of: execution) }

  func cancellations() -> AsyncStream<ExecutionID> { local.cancellations() }

  /// Whoever isn't there any more need not be told: nothing comes back.
  private func tell(_ event: ExecutionEvent, exchange: String, key: String, withEnd: Bool = false) {
    let end = withEnd && outbox.isKeepingUp ? event.end : nil
    outbox.put { [inbox, envelope] in
      let body = EndMessage(event, from: inbox, end: end.flatMap { envelope.seal($0) }).body
      var message = AMQPMessage(exchange: exchange, routingKey: key, body: body)
      message.contentType = "application/json"
      message.isPersistent = false
      message.isMandatory = false
      return message
    }
  }

  /// What does not open is the hint that it would be without.
  private func opened(_ message: EndMessage) -> ExecutionEvent {
    let event = message.event
    guard let sealed = message.end, let end = envelope.open(sealed, of: event),
      case .finish(let state, _, _, _, let reason) = end.transition
    else { return event }
    return ExecutionEvent(
      execution: event.execution, workspace: event.workspace, state: state, deadLetter: reason, end: end)
  }

  /// Hears what others tell, until the task is cancelled.
  func listen(_ consumer: AMQPConsumer) async {
    while true {
      let deliveries = await consumer.next(upTo: 100)
      if deliveries.isEmpty { return }
      for delivery in deliveries {
        guard let message = EndMessage(delivery.body), message.from != inbox else { continue }
        local.publish(opened(message))
      }
      deliveries.ack()
    }
  }
}
