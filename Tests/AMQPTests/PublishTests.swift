import JobsprintTesting
import Testing

@testable import AMQP

extension AMQPTests {
  @Suite struct Publishing {
    @Test func isConfirmed() async throws {
      let queue = quorum("confirm")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        var message = AMQPMessage(routingKey: queue.name, body: Array("hello".utf8))
        message.headers = [
          "text": .string("ä"), "number": .int(-7), "yes": .bool(true), "list": .array([.int(1), .null]),
          "table": .table(["bytes": .bytes([0, 255]), "half": .double(0.5), "at": .timestamp(1_700_000_000)]),
        ]
        message.messageID = "m1"
        message.replyTo = "answers"
        message.correlationID = "c1"
        message.contentType = "application/json"
        message.type = "wake-up"
        try await publisher.publish(message)
        try await eventually { connection.metrics.confirmed == 1 }

        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 1)
        let delivery = try #require(await consumer.take(1).first)
        #expect(text(delivery) == "hello" && !delivery.redelivered && delivery.routingKey == queue.name)
        #expect(delivery.headers.filter { $0.key != "x-delivery-count" } == message.headers)
        #expect(delivery.properties.messageID == "m1" && delivery.properties.replyTo == "answers")
        #expect(delivery.properties.correlationID == "c1" && delivery.properties.type == "wake-up")
        #expect(delivery.properties.contentType == "application/json")
        delivery.ack()
        try await eventually { connection.metrics.acknowledged == 1 }
        try await connection.delete(queue.name)
      }
    }

    @Test func tenThousandInFlight() async throws {
      let queue = quorum("many")
      try await withConnection(AMQPTopology(queues: [queue]), set(\.publishLimit, .seconds(60))) {
        connection async throws in
        let publisher = AMQPPublisher(connection)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for task in 0..<100 {
            group.addTask {
              try await publisher.publish(messages(queue.name, task * 50..<task * 50 + 50))
              for number in 5000 + task * 50..<5000 + task * 50 + 50 {
                try await publisher.publish(messages(queue.name, number..<number + 1))
              }
            }
          }
          try await group.waitForAll()
        }
        try await publisher.publish(messages(queue.name, 10_000..<20_000))
        try await eventually { connection.metrics.confirmed == 20_000 }
        let metrics = connection.metrics
        #expect(metrics.inFlight == 0 && metrics.waiting == 0 && metrics.failed == 0)

        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 1000)
        var seen = Set<String>()
        while seen.count < 20_000 {
          let batch = await consumer.next(upTo: 500)
          try #require(!batch.isEmpty)
          seen.formUnion(batch.map(text))
          batch.ack()
        }
        try await eventually { connection.metrics.acknowledged == 20_000 }
        #expect(try await connection.messageCount(of: queue.name) == 0)
        try await connection.delete(queue.name)
      }
    }

    @Test func bodiesOfAllSizes() async throws {
      let queue = quorum("sizes")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        let sizes = [0, 1, 8191, 8192, 8193, 131_063, 131_072, 5_000_000, 3]
        try await publisher.publish(
          sizes.map { size in
            AMQPMessage(routingKey: queue.name, body: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
          })
        let deliveries = await AMQPConsumer(connection, queue: queue.name, prefetch: 20).take(sizes.count)
        #expect(deliveries.map(\.body.count) == sizes)
        #expect(
          deliveries.allSatisfy { $0.body.enumerated().allSatisfy { $1 == UInt8(truncatingIfNeeded: $0 &* 31) } })
        deliveries.ack()
        try await connection.delete(queue.name)
      }
    }

    @Test func anUnroutableMessageComesBackToItsPublish() async throws {
      let queue = quorum("route")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        var lost = AMQPMessage(routingKey: "nobody-\(queue.name)", body: [1])
        let error = try await amqpError {
          try await publisher.publish(messages(queue.name, 0..<10) + [lost] + messages(queue.name, 10..<20))
        }
        #expect(error.code == .unroutable && error.replyCode == 312 && error.outcome == .notPublished, "\(error)")
        #expect(error.failures.map(\.index) == [10] && !error.isTransient)
        #expect(try await connection.messageCount(of: queue.name) == 20)
        lost.isMandatory = false
        try await publisher.publish(lost)
        try await eventually { connection.metrics.returned == 1 && connection.metrics.confirmed == 21 }
        try await connection.delete(queue.name)
      }
    }

    @Test func aFullQueueRefuses() async throws {
      let queue = quorum("full").limited(to: 5)
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        try await publisher.publish(messages(queue.name, 0..<5))
        // The limit of a quorum queue is soft: some more may pass.
        var error: AMQPError?
        for number in 5..<200 where error == nil {
          do { try await publisher.publish(messages(queue.name, number..<number + 1)) } catch let thrown as AMQPError {
            error = thrown
          }
        }
        let refused = try #require(error)
        #expect(refused.code == .nacked && refused.isTransient && refused.outcome == .notPublished)
        try await eventually { connection.metrics.nacked == 1 }
        try await connection.purge(queue.name)
        try await eventually {
          (try? await publisher.publish(messages(queue.name, 0..<1))) != nil
        }
        try await connection.delete(queue.name)
      }
    }

    @Test func aMissingExchangeClosesTheChannelThatIsOpenedAgain() async throws {
      let queue = quorum("exchange")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        try await publisher.publish(messages(queue.name, 0..<1))
        let error = try await amqpError {
          try await publisher.publish(AMQPMessage(exchange: "no such exchange", routingKey: "x", body: []))
        }
        #expect(error.code == .channelClosed && error.replyCode == 404 && !error.isTransient, "\(error)")
        try await publisher.publish(messages(queue.name, 1..<2))
        #expect(connection.metrics.channelsClosed == 1 && connection.metrics.reconnects == 0)
        try await connection.delete(queue.name)
      }
    }

    @Test func whatCannotBeSentIsRefusedBefore() async throws {
      try await withConnection { connection async throws in
        let publisher = AMQPPublisher(connection)
        let long = String(repeating: "ä", count: 128)
        let error = try await amqpError { try await publisher.publish(AMQPMessage(routingKey: long, body: [])) }
        #expect(error.code == .invalid)
        var message = AMQPMessage(routingKey: "x", body: [])
        message.headers["x"] = .string(String(repeating: "x", count: 8192))
        let second = try await amqpError { try await publisher.publish(message) }
        #expect(second.code == .invalid && connection.metrics.published == 0)
      }
    }

    @Test func aCancelledTask() async throws {
      let queue = quorum("cancel")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        try await connection.reaches { $0.isReady }
        for _ in 0..<50 {
          let task = Task { try await publisher.publish(messages(queue.name, 0..<10)) }
          task.cancel()
          do { try await task.value } catch let error as AMQPError { #expect(error.code == .cancelled) }
        }
        try await publisher.publish(messages(queue.name, 0..<1))
        try await connection.delete(queue.name)
      }
    }
  }
}
