import JobsprintPorts
import NIOCore
import Synchronization
import Testing

@testable import JobsprintAPI

@Suite struct EventOutboxTests {
  private final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }
  }

  @Test func whatHasComeSinceTheLastWriteLeavesTogether() async throws {
    let (outbox, body) = EventOutbox.open()
    let end = Flag()
    outbox.atEnd { end.set() }
    #expect(outbox.add(ByteBuffer(string: "a")) && outbox.add(ByteBuffer(string: "b")))
    var texts = body.makeAsyncIterator()
    #expect(try await texts.next() == ByteBuffer(string: "ab"))
    #expect(outbox.add(ByteBuffer(string: "c")) && !end.isSet)
    outbox.finish()
    #expect(try await texts.next() == ByteBuffer(string: "c"))
    #expect(try await texts.next() == nil && end.isSet)
  }

  @Test func aReaderThatIsTooSlowGetsNoMore() {
    let (outbox, body) = EventOutbox.open()
    for _ in 0..<EventHub.mostWaiting { #expect(outbox.add(ByteBuffer(string: "a"))) }
    #expect(!outbox.add(ByteBuffer(string: "a")))
    withExtendedLifetime(body) {}
  }

  @Test func aReaderThatHasGoneIsNoticed() {
    let end = Flag()
    func opened() -> EventOutbox {
      let (outbox, body) = EventOutbox.open()
      outbox.atEnd { end.set() }
      #expect(!end.isSet)
      withExtendedLifetime(body) {}
      return outbox
    }
    let outbox = opened()
    #expect(end.isSet)
    withExtendedLifetime(outbox) {}
  }
}
