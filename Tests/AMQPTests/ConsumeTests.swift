import JobsprintTesting
import Testing

@testable import AMQP

extension AMQPTests {
  @Suite struct Consuming {
    @Test func noMoreThanThePrefetchIsOut() async throws {
      let queue = quorum("prefetch")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        try await AMQPPublisher(connection).publish(messages(queue.name, 0..<50))
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 10)
        let first = await consumer.take(10)
        #expect(first.map(text) == (0..<10).map { "message \($0)" })
        // The broker has answered a question that came after: what it wanted to deliver would be here.
        #expect(try await connection.messageCount(of: queue.name) == 40)
        #expect(connection.metrics.delivered == 10)
        first[0].ack()
        #expect(await consumer.take(1).map(text) == ["message 10"])
        try await connection.delete(queue.name)
      }
    }

    @Test func acknowledgesAllUpToOne() async throws {
      let queue = quorum("multiple")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        try await AMQPPublisher(connection).publish(messages(queue.name, 0..<30))
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 30)
        let all = await consumer.take(30)
        all[19].ack(multiple: true)
        // Again, and one of those: nothing happens.
        all[19].ack(multiple: true)
        all[3].reject(requeue: true)
        try await eventually { connection.metrics.acknowledged == 20 }
        #expect(connection.metrics.rejected == 0)
        consumer.stop()
        #expect(await consumer.next(upTo: 1).isEmpty)
        all[29].ack()
        all[25].reject(requeue: true)
        try await eventually { try await connection.messageCount(of: queue.name) == 1 }
        #expect(connection.metrics.channelsClosed == 0)
        try await connection.delete(queue.name)
      }
    }

    @Test func aRejectedMessageGoesToTheDeadLetterExchange() async throws {
      let dead = quorum("dead")
      let queue = quorum("work").deadLettering(to: "dead-\(dead.name)", routingKey: "why")
      let topology = AMQPTopology(
        exchanges: [.init("dead-\(dead.name)", .direct)], queues: [dead, queue],
        bindings: [.init(queue: dead.name, exchange: "dead-\(dead.name)", routingKey: "why")])
      try await withConnection(topology) { connection async throws in
        try await AMQPPublisher(connection).publish(messages(queue.name, 0..<3))
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 3)
        let all = await consumer.take(3)
        all[1].reject(requeue: false)
        all[2].reject(requeue: true)
        let letter = try #require(await AMQPConsumer(connection, queue: dead.name, prefetch: 1).take(1).first)
        #expect(text(letter) == "message 1" && letter.headers["x-first-death-queue"] == .string(queue.name))
        let again = try #require(await consumer.take(1).first)
        #expect(text(again) == "message 2" && again.redelivered && again.deliveryCount == 1)
        #expect(connection.metrics.redelivered == 1 && connection.metrics.rejected == 2)
        try await connection.delete(queue.name)
        try await connection.delete(dead.name)
      }
    }

    @Test func aStoppedConsumerHandsBackWhatNobodyHasRead() async throws {
      let queue = quorum("stop")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        try await AMQPPublisher(connection).publish(messages(queue.name, 0..<20))
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 10)
        let read = await consumer.take(2)
        consumer.stop()
        var count = 0
        for await _ in consumer { count += 1 }
        #expect(count == 0)
        read.ack()
        try await eventually { try await connection.messageCount(of: queue.name) == 18 }
        try await connection.delete(queue.name)
      }
    }

    @Test func aDeletedQueueIsDeclaredAndConsumedAgain() async throws {
      let queue = quorum("deleted")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 5)
        try await publisher.publish(messages(queue.name, 0..<1))
        await consumer.take(1).ack()
        try await connection.delete(queue.name)
        try await eventually { connection.metrics.consumersCancelled == 1 }
        try await eventually { (try? await publisher.publish(messages(queue.name, 1..<2))) != nil }
        #expect(await consumer.take(1).map(text) == ["message 1"])
        #expect(connection.metrics.reconnects == 0)
        consumer.stop()
        try await connection.delete(queue.name)
      }
    }

    @Test func aReplyQueueIsOfOneConnection() async throws {
      let queue = AMQPTopology.Queue.reply("reply-\(UInt32.random(in: 0 ... .max))")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 5)
        try await connection.reaches { $0.isReady }
        try await withConnection { other async throws in
          try await AMQPPublisher(other).publish(messages(queue.name, 0..<1))
          let error = try await amqpError { try await other.declare(AMQPTopology(queues: [queue])) }
          #expect(error.code == .topologyRefused && error.replyCode == 405)
        }
        #expect(await consumer.take(1).map(text) == ["message 0"])
        try await TestBroker.shared.control("close_all_connections", "test")
        try await eventually { connection.metrics.reconnects == 1 }
        try await AMQPPublisher(connection).publish(messages(queue.name, 1..<2))
        #expect(await consumer.take(1).map(text) == ["message 1"])
      }
    }

    @Test func readersThatAreCancelledLoseNothing() async throws {
      let queue = quorum("readers")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 100)
        try await connection.reaches { $0.isReady }
        let readers = (0..<20).map { _ in Task { await consumer.next(upTo: 5) } }
        for reader in readers { reader.cancel() }
        for reader in readers { #expect(await reader.value.isEmpty) }
        try await AMQPPublisher(connection).publish(messages(queue.name, 0..<10))
        #expect(await consumer.take(10).count == 10)
        try await connection.delete(queue.name)
      }
    }
  }
}
