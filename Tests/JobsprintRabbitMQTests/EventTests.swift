import AMQP
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

extension RabbitMQTests {
  @Suite struct Events {
    private func worker(_ options: inout RabbitMQOptions) { options.awaitsReplies = false }
    private func api(_ options: inout RabbitMQOptions) { options.consumes = false }

    @Test(.timeLimit(.minutes(1))) func whoWaitsHearsOfTheEnd() async throws {
      let scene = try await Scene()
      try await scene.withInstance(api) { api async throws in
        try await scene.withInstance(worker) { worker async throws in
          #expect(worker.events.replyAddress == nil)
          let address = try #require(api.events.replyAddress)
          // Two are waited for, and told of one.
          var first = api.events.events(of: .numbered(1)).makeAsyncIterator()
          var second = api.events.events(of: .numbered(2)).makeAsyncIterator()
          try await eventually { api.metrics.consuming == .ready }
          try await api.wakeUps.publish([wakeUp(1, replyTo: address), wakeUp(2, .high, replyTo: address), wakeUp(3)])
          #expect(await worker.wakeUps.take(3).count == 3)
          worker.events.publish(ended(1, .running))
          worker.events.publish(ended(3))
          worker.events.publish(ended(2, .error))
          worker.events.publish(ended(1))
          #expect(await first.next() == ended(1))
          #expect(await second.next() == ended(2, .error))
          #expect(api.metrics.untold == 0 && worker.metrics.untold == 0)
        }
      }
      try await scene.end()
    }

    /// What comes with an end opens where it was sealed as that: anything else is a hint, as without it.
    @Test(.timeLimit(.minutes(1))) func whoWaitsHearsOfTheWholeExecution() async throws {
      let scene = try await Scene()
      let whole = (1...2).map { self.whole($0, payload: #"{"secret": "\u{1F511}"}"#) }
      let large = self.whole(3, payload: String(repeating: "x", count: EndEnvelope.mostBytes + 1))
      let envelope = EndEnvelope(cipher: scene.cipher)
      let sealed = try #require(whole[0].end.flatMap { envelope.seal($0) })
      try await scene.withInstance(api) { api async throws in
        try await scene.withInstance(worker) { worker async throws in
          let address = try #require(api.events.replyAddress)
          var readers = (1...4).map { api.events.events(of: .numbered($0)).makeAsyncIterator() }
          try await eventually { api.metrics.consuming == .ready }
          try await api.wakeUps.publish((1...3).map { wakeUp($0, replyTo: address) })
          #expect(await worker.wakeUps.take(3).count == 3)
          for event in whole + [large] { worker.events.publish(event) }
          #expect(await readers[0].next() == whole[0])
          #expect(await readers[1].next() == whole[1])
          #expect(await readers[2].next() == ended(3, .error))
          try await scene.withStranger { stranger async throws in
            let bodies = [sealed, [1, 2, 3], []].map { EndMessage(ended(4), from: "x", end: $0).body }
            let publisher = AMQPPublisher(stranger)
            try await eventually {
              (try? await publisher.publish(bodies.map { AMQPMessage(routingKey: address, body: $0) })) != nil
            }
          }
          for _ in 0..<3 { #expect(await readers[3].next() == ended(4)) }
        }
      }
      try await scene.end()
    }

    @Test func nothingOfAnExecutionCanBeReadInAMessage() throws {
      let key = try #require(NamedKey(HandmadeTicket.keyText("one")))
      let envelope = EndEnvelope(cipher: try #require(TransitVault([key])))
      let event = whole(1, payload: #"{"name": "Ada Lovelace"}"#)
      let sealed = try #require(event.end.flatMap { envelope.seal($0) })
      let message = try #require(EndMessage(EndMessage(event, from: "x", end: sealed).body))
      #expect(message.end == sealed && sealed.count > 100)
      #expect(sealed.firstRange(of: Array("Lovelace".utf8)) == nil)
      #expect(envelope.open(sealed, of: event) == event.end)
      #expect(envelope.open(sealed, of: whole(2, payload: "")) == nil)
      // The largest that is sealed is read, too.
      var largest: [UInt8]?
      for size in (0...EndEnvelope.mostBytes).reversed() where largest == nil {
        largest = self.whole(1, payload: String(repeating: "x", count: size)).end.flatMap { envelope.seal($0) }
      }
      let body = EndMessage(event, from: String(repeating: "x", count: 255), end: largest).body
      #expect(largest != nil && EndMessage(body)?.end == largest)
      let part = try #require(event.end)
      let more = JournalAppend(
        execution: part.execution, workspace: part.workspace, fence: part.fence, entries: [],
        transition: part.transition)
      #expect(envelope.seal(more) == nil)
    }

    private func whole(_ number: Int, payload: String) -> ExecutionEvent {
      let append = JournalAppend(
        execution: .numbered(number), workspace: .initial, fence: Fence(term: 1, executor: .numbered(9)),
        entries: [.entry(at: 0, node: "A\nB"), .entry(at: 1, payload: payload)],
        transition: .finish(
          .error, error: Array(#"{"message":"no"}"#.utf8), lastNode: "A\nB", at: .seconds(7),
          deadLetter: .attemptsExhausted),
        wholeSince: .seconds(3))
      return ExecutionEvent(
        execution: .numbered(number), workspace: .initial, state: .error, deadLetter: .attemptsExhausted, end: append)
    }

    @Test(.timeLimit(.minutes(1))) func anInstanceThatIsGoneIsNoTrouble() async throws {
      let scene = try await Scene()
      let gone = scene.topology.inbox(of: "gone", 1)
      try await scene.withInstance { worker async throws in
        try await worker.wakeUps.publish([wakeUp(1, replyTo: gone), wakeUp(2, replyTo: worker.events.replyAddress)])
        #expect(await worker.wakeUps.take(2).count == 2)
        var events = worker.events.events(of: .numbered(2)).makeAsyncIterator()
        worker.events.publish(ended(1))
        worker.events.publish(ended(2))
        #expect(await events.next() == ended(2))
        try await eventually { worker.metrics.confirmed == 3 }
        #expect(worker.metrics.untold == 0)
      }
      try await scene.end()
    }

    @Test(.timeLimit(.minutes(1))) func aCancellationReachesAllWorkers() async throws {
      let scene = try await Scene()
      try await scene.withInstance(api) { api async throws in
        try await scene.withInstance(worker) { one async throws in
          try await scene.withInstance(worker) { other async throws in
            try await eventually { one.canReceive(within: .seconds(30)) && other.canReceive(within: .seconds(30)) }
            try await eventually { api.metrics.consuming == .ready }
            var readers = [one, other, api].map { $0.events.cancellations().makeAsyncIterator() }
            api.events.publish(ended(6))
            api.events.publish(ended(7, .canceled))
            one.events.publish(ended(8, .canceled))
            for place in readers.indices {
              var heard: Set<ExecutionID?> = []
              for _ in 0..<2 { heard.insert(await readers[place].next()) }
              #expect(heard == [.numbered(7), .numbered(8)])
            }
          }
        }
      }
      try await scene.end()
    }

    @Test(.timeLimit(.minutes(1))) func whatIsNoEndIsNotHeard() async throws {
      let scene = try await Scene()
      try await scene.withInstance(api) { api async throws in
        try await eventually { api.metrics.consuming == .ready }
        let address = try #require(api.events.replyAddress)
        var events = api.events.events(of: .numbered(1)).makeAsyncIterator()
        let bodies: [[UInt8]] = [
          [], Array("no".utf8), EndMessage(ended(1, .running), from: "x").body,
          [UInt8](repeating: 32, count: 200_000) + EndMessage(ended(1, .error), from: "x").body,
          EndMessage(ended(1, .crashed), from: "x").body,
        ]
        try await scene.withStranger { stranger async throws in
          let publisher = AMQPPublisher(stranger)
          try await eventually {
            (try? await publisher.publish(AMQPMessage(routingKey: address, body: []))) != nil
          }
          try await publisher.publish(bodies.map { AMQPMessage(routingKey: address, body: $0) })
        }
        #expect(await events.next() == ended(1, .crashed))
      }
      try await scene.end()
    }

    @Test(.timeLimit(.minutes(1))) func deadLettersAreAnnounced() async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await broker.wakeUps.publish([wakeUp(1)])
        let queue = AMQPTopology.Queue.reply("\(scene.prefix)-letters")
        try await scene.withStranger { stranger async throws in
          try await stranger.declare(
            AMQPTopology(
              queues: [queue],
              bindings: [.init(queue: queue.name, exchange: scene.topology.deadLetters, routingKey: "#")]))
          broker.deadLetters.announce(execution: .numbered(1), workspace: .initial, reason: "attempts_exhausted")
          let consumer = AMQPConsumer(stranger, queue: queue.name, prefetch: 1)
          let letter = try #require(await consumer.next(upTo: 1).first)
          #expect(letter.routingKey == "\(WorkspaceID.initial)")
          let body = try JSONValue(parsing: letter.body)
          #expect(body["execution"] == .string("\(ExecutionID.numbered(1))"))
          #expect(body["reason"] == "attempts_exhausted")
        }
      }
      try await scene.end()
    }

    @Test func ofRepliesABoundedNumberIsRemembered() {
      let replies = AwaitedReplies(bound: 10)
      for number in 1...1000 { replies.remember("address \(number)", for: .numbered(number)) }
      #expect(replies.take(.numbered(1000)) == "address 1000")
      #expect(replies.take(.numbered(1000)) == nil)
      #expect(replies.take(.numbered(1)) == nil)
      #expect((1...1000).count { replies.take(.numbered($0)) != nil } < 10)
    }
  }
}
