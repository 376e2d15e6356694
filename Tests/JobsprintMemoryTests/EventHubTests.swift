import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@Suite struct EventHubTests {
  private let hub: EventHub

  init() {
    let number = Atomic(0)
    hub = EventHub(
      clock: TestClock(), makeID: { FeedEventID.numbered(number.add(1, ordering: .relaxed).newValue).uuid })
  }

  private func events(_ numbers: Range<Int>) -> [FeedEvent] {
    numbers.map { number in
      FeedEvent(
        id: .numbered(number), at: .seconds(0),
        event: ExecutionEvent(execution: .numbered(number), workspace: .initial, state: .success))
    }
  }

  @Test func aReaderThatIsTooSlowIsSentAwayAndOthersGoOn() async {
    var slow = hub.read(.initial, after: nil).events.makeAsyncIterator()
    var quick = hub.read(.initial, after: nil).events.makeAsyncIterator()
    let all = events(0..<EventHub.mostWaiting + 500)
    var found: [FeedEvent] = []
    for begin in stride(from: 0, to: all.count, by: 500) {
      hub.deliver(Array(all[begin..<begin + 500]))
      for _ in 0..<500 { if let event = await quick.next() { found.append(event) } }
    }
    #expect(found == all)
    var count = 0
    while await slow.next() != nil { count += 1 }
    #expect(count == EventHub.mostWaiting)
  }

  @Test func whoComesBackGetsWhatCameSinceOfHisWorkspaceOnly() async {
    hub.deliver(events(0..<10))
    let other = ExecutionEvent(execution: .numbered(77), workspace: .numbered(7), state: .success)
    MemoryEventFeed(hub).publish(other)
    let back = hub.read(.initial, after: .numbered(6))
    #expect(!back.hasGap)
    hub.deliver(events(10..<11))
    var found: [FeedEvent] = []
    for await event in back.events {
      found.append(event)
      if found.count == 4 { break }
    }
    #expect(found == events(7..<11))
    #expect(hub.read(.numbered(7), after: .numbered(6)).hasGap)
    hub.reset()
    #expect(hub.read(.initial, after: .numbered(9)).hasGap)
  }
}
