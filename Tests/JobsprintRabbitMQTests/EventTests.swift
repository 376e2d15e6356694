import AMQP
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
          [UInt8](repeating: 32, count: 5000) + EndMessage(ended(1, .error), from: "x").body,
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
