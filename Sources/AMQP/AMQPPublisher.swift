/// Publishes on a channel of its own, with confirms; for any number of tasks, whose messages leave together. Make a few
/// and keep them: one for each lane.
public final class AMQPPublisher: Sendable {
  private let inbox: AMQPInbox
  private let limit: Duration
  private let channel: UInt16

  public init(_ connection: AMQPConnection) {
    inbox = connection.inbox
    limit = connection.options.publishLimit
    channel = inbox.add(.publisher)
  }

  /// Returns when the broker has confirmed every one: persistent messages to durable queues are on its disk then, of a
  /// quorum queue on the disks of the most.
  ///
  /// - Parameter limit: nil is that of the options. While nothing can be sent at all the options' `waitLimit` counts.
  /// - Throws: `unroutable`, `nacked`, `timedOut`, `blocked`, `notConnected`, `connectionLost`, `channelClosed`,
  ///   `tooManyWaiting`, `cancelled`, `closed`: `failures` says for which messages, and for which of them nobody knows.
  ///   `invalid`: none was sent.
  public func publish(_ messages: [AMQPMessage], within limit: Duration? = nil) async throws(AMQPError) {
    guard !messages.isEmpty else { return }
    for message in messages { try message.check() }
    let unit = AMQPPublishUnit(messages, limit: (limit ?? self.limit).nanoseconds)
    let answer = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<AMQPPublishUnit.Answer, Never>) in
        unit.continuation = continuation
        if !inbox.put(.publish(channel: channel, unit)) {
          _ = unit.abort(.closed, "the AMQP connection was shut down")
        }
      }
    } onCancel: {
      _ = inbox.put(.cancelled(unit))
    }
    try answer.get()
  }

  public func publish(_ message: AMQPMessage, within limit: Duration? = nil) async throws(AMQPError) {
    try await publish([message], within: limit)
  }
}
