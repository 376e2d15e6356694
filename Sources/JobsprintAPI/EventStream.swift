// One reader's stream, in the format of https://html.spec.whatwg.org/multipage/server-sent-events.html. A reader that
// is too slow loses its connection: it comes back with the id of the event that it saw last. Who may not see the events
// any more gets none, and the end.

import HTTPTypes
import Hummingbird
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import NIOCore
import ServiceLifecycle
import Synchronization

struct EventStream: Sendable {
  /// Proxies often close a connection after a minute of silence.
  private static let interval: Duration = .seconds(15)
  /// For how long the right to see events is taken for granted.
  private static let trust: Duration = .seconds(1)
  /// The event that was written last: a thousand readers get the same text one after the other.
  private static let latest = Mutex<(id: FeedEventID, text: ByteBuffer)?>(nil)

  private let call: APICall
  private let reading: FeedReading
  private let scope: Scope
  private let beginning: ExecutionRecord?

  /// - Parameter beginning: the only execution that is meant, as it was when the reading had begun.
  init(_ call: APICall, reading: FeedReading, scope: Scope, beginning: ExecutionRecord? = nil) {
    self.call = call
    self.reading = reading
    self.scope = scope
    self.beginning = beginning
  }

  /// What is sent, as it comes about. Ends with the server, or when the reader may see no more.
  func body() -> some AsyncSequence<ByteBuffer, Never> & Sendable {
    let (outbox, body) = EventOutbox.open()
    // Where its connection is written: no event changes threads for each of its readers.
    let writing = Task(executorPreference: EventLoopTaskExecutor(loop: call.context.channel.eventLoop)) {
      // Around all of it: around the events it would cost as much as all else that is done for one.
      await cancelWhenGracefulShutdown { await write(to: outbox) }
      outbox.finish()
    }
    outbox.atEnd { writing.cancel() }
    return body
  }

  private func write(to outbox: EventOutbox) async {
    var opening = ": these are events of executions\nretry: 2000\n\n"
    if reading.hasGap { opening += "event: gap\ndata: {}\n\n" }
    if let beginning { opening += Self.text(of: beginning) }
    _ = outbox.add(ByteBuffer(string: opening))
    if beginning?.state.isTerminal == true { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await pass(to: outbox) }
      group.addTask { await beat(in: outbox) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Hands events on. A reader that is too slow loses its connection: a write that waits for it would wait on.
  private func pass(to outbox: EventOutbox) async {
    let id = beginning?.id
    var trustedUntil = call.api.clock.now + Self.trust
    for await event in reading.events where id == nil || event.event.execution == id {
      let now = call.api.clock.now
      if now >= trustedUntil {
        guard await isStillAllowed() else { return }
        trustedUntil = now + Self.trust
      }
      guard outbox.add(Self.text(of: event)) else { return call.context.channel.close(promise: nil) }
      if id != nil, event.event.state.isTerminal { return }
    }
  }

  /// So that neither side takes the connection for dead.
  private func beat(in outbox: EventOutbox) async {
    while (try? await call.api.clock.sleep(for: Self.interval)) != nil {
      guard await isStillAllowed() else { return }
      _ = outbox.add(ByteBuffer(string: ":\n\n"))
    }
  }

  /// A store that can't be asked allows nothing.
  private func isStillAllowed() async -> Bool { (try? await call.isStill(allowed: scope)) ?? false }

  private static func text(of event: FeedEvent) -> ByteBuffer {
    if let known = latest.withLock({ $0?.id == event.id ? $0?.text : nil }) { return known }
    let text = ByteBuffer(
      string: "id: \(event.id)\n"
        + text(event.event.execution, event.event.state, at: event.at, deadLetter: event.event.deadLetter))
    latest.withLock { $0 = (event.id, text) }
    return text
  }

  /// Without an id: it is no event that anybody could have missed.
  private static func text(of record: ExecutionRecord) -> String {
    text(record.id, record.state, at: record.finishedAt ?? record.startedAt ?? record.acceptedAt, deadLetter: nil)
  }

  private static func text(
    _ execution: ExecutionID, _ state: ExecutionState, at time: Timestamp, deadLetter: DeadLetterReason?
  ) -> String {
    let data: JSONValue = [
      "executionId": .string("\(execution)"), "status": .string(state.rawValue), "at": .string("\(time)"),
      "deadLetterReason": deadLetter.map { .string($0.rawValue) } ?? .null,
    ]
    return "event: execution\ndata: \(data.jsonText)\n\n"
  }
}
