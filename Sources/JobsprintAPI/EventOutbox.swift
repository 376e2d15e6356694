import JobsprintPorts
import NIOCore
import Synchronization

/// What is to be sent to one reader. All that has come since its last write leaves in the next one: of a burst of events
/// each reader costs fewer writes than events.
final class EventOutbox: Sendable {
  private let waiting = Mutex<(text: ByteBuffer, count: Int)>((ByteBuffer(), 0))
  private let ringer: AsyncStream<Void>.Continuation

  private init(_ ringer: AsyncStream<Void>.Continuation) { self.ringer = ringer }

  /// - Returns: an outbox, and what is sent of it. Only who sends has the latter, so that its end shows.
  static func open() -> (outbox: EventOutbox, body: some AsyncSequence<ByteBuffer, Never> & Sendable) {
    let (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let outbox = EventOutbox(ringer)
    return (outbox, bell.compactMap { outbox.take() })
  }

  /// - Parameter end: the reader has gone, or has read all.
  func atEnd(_ end: @escaping @Sendable () -> Void) { ringer.onTermination = { _ in end() } }

  /// - Returns: false for a reader that is too slow: too much waits for it.
  func add(_ text: ByteBuffer) -> Bool {
    let isTaken = waiting.withLock { waiting in
      guard waiting.count < EventHub.mostWaiting else { return false }
      // The first one is the text that all readers share, not a copy of it.
      if waiting.count == 0 { waiting.text = text } else { waiting.text.writeImmutableBuffer(text) }
      waiting.count += 1
      return true
    }
    if isTaken { ringer.yield() }
    return isTaken
  }

  /// What waits is still sent.
  func finish() { ringer.finish() }

  private func take() -> ByteBuffer? {
    waiting.withLock { waiting in
      guard waiting.count > 0 else { return nil }
      defer { waiting = (ByteBuffer(), 0) }
      return waiting.text
    }
  }
}
