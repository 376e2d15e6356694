import Foundation
import Glibc
import JobsprintTesting
import Testing

@testable import AMQP

extension AMQPTests {
  @Suite struct Faults {
    @Test func aWrongPassword() async throws {
      try await withConnection(AMQPTopology(), set(\.password, "sesame-4711")) { connection async throws in
        guard case .down(let error, _) = try await connection.reaches({ $0.isDown }) else { return }
        #expect(error.code == .accessRefused && error.replyCode == 403 && !error.isTransient)
        #expect(!"\(error)".contains("sesame"))
        let failed = try await amqpError {
          try await AMQPPublisher(connection).publish(AMQPMessage(routingKey: "x", body: []))
        }
        #expect(failed.code == .notConnected && !"\(failed)".contains("sesame"), "\(failed)")
      }
    }

    @Test func anUnreachableHost() async throws {
      let change: (inout AMQPOptions) -> Void = {
        // Reserved for documentation: nobody answers (RFC 5737).
        $0.hosts = [AMQPOptions.Host(name: "192.0.2.1", port: 5672)]
        $0.connectLimit = .seconds(1)
        $0.waitLimit = .seconds(3)
      }
      try await withConnection(AMQPTopology(), change) { connection async throws in
        let started = ContinuousClock.now
        guard case .down(let error, _) = try await connection.reaches({ $0.isDown }) else { return }
        #expect(error.code == .connectFailed && ContinuousClock.now - started < .seconds(2.5))
        let failed = try await amqpError {
          try await AMQPPublisher(connection).publish(AMQPMessage(routingKey: "x", body: []))
        }
        #expect(failed.code == .notConnected && ContinuousClock.now - started < .seconds(6))
      }
    }

    @Test func theSecondHostIsTried() async throws {
      let change: (inout AMQPOptions) -> Void = { $0.hosts.insert(.init(name: "127.0.0.1", port: 1), at: 0) }
      try await withConnection(AMQPTopology(), change) { connection async throws in
        try await connection.reaches { $0.isReady }
        #expect(connection.metrics.connectsFailed == 1)
      }
    }

    @Test func whatWasNotAcknowledgedComesAgainAfterALostConnection() async throws {
      let queue = quorum("lost")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        let publisher = AMQPPublisher(connection)
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 4)
        try await publisher.publish(messages(queue.name, 0..<10))
        let before = await consumer.take(2)
        before[0].ack()
        try await eventually { connection.metrics.acknowledged == 1 }
        #expect(try await connection.messageCount(of: queue.name) <= 9)
        try await TestBroker.shared.control("close_all_connections", "test")
        try await eventually { connection.metrics.reconnects == 1 }
        before[1].ack()
        var texts: [String] = []
        while texts.count < 9 {
          let some = await consumer.next(upTo: 10)
          texts += some.map(text)
          some.ack()
        }
        #expect(Set(texts) == Set((1..<10).map { "message \($0)" }))
        #expect(connection.metrics.redelivered >= 1)
        try await eventually { connection.metrics.settledLate == 1 }
        try await eventually { connection.metrics.acknowledged == 10 }
        try await connection.delete(queue.name)
      }
    }

    @Test func connectionsClosedUnderLoadLoseNoConfirmedMessage() async throws {
      let queue = quorum("storm")
      try await withConnection(AMQPTopology(queues: [queue]), set(\.waitLimit, .seconds(20))) {
        connection async throws in
        let publisher = AMQPPublisher(connection)
        async let closing: Void = {
          for round in 1...3 {
            try await TestBroker.shared.control("close_all_connections", "test")
            try await eventually { connection.metrics.reconnects >= round }
          }
        }()
        let confirmed = try await withThrowingTaskGroup(of: [Int].self) { group in
          for task in 0..<20 {
            group.addTask {
              var confirmed: [Int] = []
              for number in task * 1000..<task * 1000 + 1000 where connection.metrics.reconnects < 3 {
                do {
                  try await publisher.publish(messages(queue.name, number..<number + 1))
                  confirmed.append(number)
                } catch let error as AMQPError {
                  #expect(error.code == .connectionLost && error.outcome == .unknown, "\(error)")
                }
              }
              return confirmed
            }
          }
          return try await group.reduce(into: [Int]()) { $0 += $1 }
        }
        try await closing
        #expect(!confirmed.isEmpty)
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 1000)
        var missing = Set(confirmed.map { "message \($0)" })
        while !missing.isEmpty {
          let some = await consumer.next(upTo: 1000)
          missing.subtract(some.map(text))
          some.ack()
        }
        try await connection.delete(queue.name)
      }
    }

    @Test func aBrokerThatIsKilledAndComesBack() async throws {
      let broker = try await TestBroker.shared
      let queue = quorum("restart")
      // Gone with the broker: that it's there again shows that the topology was declared again.
      var passing = AMQPTopology.Exchange("passing-\(queue.name)", .direct)
      passing.isDurable = false
      let topology = AMQPTopology(
        exchanges: [passing], queues: [queue],
        bindings: [.init(queue: queue.name, exchange: passing.name, routingKey: "k")])
      try await withConnection(topology) { connection async throws in
        let publisher = AMQPPublisher(connection)
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 10)
        try await publisher.publish(messages(queue.name, 0..<5))
        _ = await consumer.take(5)
        // RabbitMQ 3.10 writes down within seconds that a queue has a leader. Killed before, it never elects one again.
        try await broker.control("eval", "[dets:sync(Table) || Table <- dets:all()].")
        try await broker.kill()
        try await connection.reaches { $0.isDown }
        let error = try await amqpError { try await publisher.publish(messages(queue.name, 5..<6)) }
        #expect(error.code == .notConnected && error.outcome == .notPublished && error.isTransient, "\(error)")
        try await broker.start()
        try await eventually { connection.metrics.reconnects == 1 }
        try await eventually {
          let message = AMQPMessage(exchange: passing.name, routingKey: "k", body: Array("new".utf8))
          return (try? await publisher.publish(message)) != nil
        }
        let all = await consumer.take(6)
        #expect(Set(all.map(text)).isSuperset(of: Set((0..<5).map { "message \($0)" } + ["new"])))
        all.ack()
        try await connection.delete(queue.name)
      }
    }

    @Test func aTopologyThatIsRefused() async throws {
      let queue = quorum("refused")
      try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
        try await connection.reaches { $0.isReady }
        var other = queue
        other.arguments["x-max-length"] = .int(7)
        try await withConnection(AMQPTopology(queues: [other])) { second async throws in
          guard case .down(let error, _) = try await second.reaches({ $0.isDown }) else { return }
          #expect(error.code == .topologyRefused && error.replyCode == 406, "\(error)")
        }
        var missing = quorum("missing")
        missing.isPassive = true
        let error = try await amqpError { try await connection.declare(AMQPTopology(queues: [missing])) }
        #expect(error.code == .topologyRefused && error.replyCode == 404)
        missing.isPassive = false
        try await connection.declare(AMQPTopology(queues: [missing]))
        #expect(try await connection.messageCount(of: missing.name) == 0)
        try await connection.delete(missing.name)
        try await connection.delete(queue.name)
      }
    }

    @Test func aMemoryAlarmBlocksPublishersWithinTheirLimitAndNoAcknowledgement() async throws {
      let broker = try await TestBroker.shared
      let queue = quorum("alarm")
      try await withConnection(AMQPTopology(queues: [queue]), set(\.waitLimit, .milliseconds(300))) {
        publishing async throws in
        try await withConnection { consuming async throws in
          let publisher = AMQPPublisher(publishing)
          let consumer = AMQPConsumer(consuming, queue: queue.name, prefetch: 10)
          try await publisher.publish(messages(queue.name, 0..<10))
          let all = await consumer.take(10)
          try await broker.control("set_vm_memory_high_watermark", "0.00001")
          // The broker says so when something is published.
          let first = try await amqpError {
            try await publisher.publish(messages(queue.name, 10..<11), within: .seconds(1))
          }
          #expect(first.code == .timedOut && first.outcome == .unknown, "\(first)")
          #expect(publishing.state.isBlocked)
          let started = ContinuousClock.now
          let second = try await amqpError { try await publisher.publish(messages(queue.name, 11..<12)) }
          #expect(second.code == .blocked && second.outcome == .notPublished && second.isTransient, "\(second)")
          #expect(ContinuousClock.now - started < .seconds(2))
          all.ack()
          try await eventually { consuming.metrics.acknowledged == 10 }
          consumer.stop()
          _ = await consumer.next(upTo: 1)
          #expect(consuming.metrics.settledLate == 0)
          try await broker.control("set_vm_memory_high_watermark", "0.4")
          try await publishing.reaches { $0.isReady }
          try await publisher.publish(messages(queue.name, 12..<13))
          #expect(publishing.metrics.blocks == 1 && publishing.metrics.blockedSeconds > 0.3)
          #expect(publishing.metrics.reconnects == 0)
          // Message 10 was read when the broker went on, 11 was never sent.
          try await eventually { try await publishing.messageCount(of: queue.name) == 2 }
        }
        try await publishing.delete(queue.name)
      }
    }

    @Test func aBlockedBrokerDoesNotHoldUpTheThreadHoweverMuchIsOnItsWay() async throws {
      let broker = try await TestBroker.shared
      let queue = quorum("flood")
      try await withConnection(AMQPTopology(queues: [queue]), set(\.waitLimit, .milliseconds(300))) {
        connection async throws in
        let publisher = AMQPPublisher(connection)
        try await publisher.publish(messages(queue.name, 0..<1))
        try await broker.control("set_vm_memory_high_watermark", "0.00001")
        let large = (0..<40).map { _ in AMQPMessage(routingKey: queue.name, body: [UInt8](repeating: 1, count: 1 << 20))
        }
        let started = ContinuousClock.now
        let error = try await amqpError { try await publisher.publish(large, within: .seconds(1)) }
        #expect(error.code == .timedOut && ContinuousClock.now - started < .seconds(4), "\(error)")
        #expect(error.failures.count == 40)
        try await broker.control("set_vm_memory_high_watermark", "0.4")
        try await publisher.publish(messages(queue.name, 1..<2), within: .seconds(20))
        #expect(connection.metrics.reconnects == 0)
        try await connection.delete(queue.name)
      }
    }

    @Test func anIdleConnectionLivesOn() async throws {
      let queue = quorum("idle")
      try await withConnection(AMQPTopology(queues: [queue]), set(\.heartbeat, .seconds(1))) {
        connection async throws in
        let publisher = AMQPPublisher(connection)
        try await publisher.publish(messages(queue.name, 0..<1))
        // The broker gives up who was silent for two intervals, and sends two heartbeats in each.
        var (last, beats) = (Duration.zero, 0)
        try await eventually {
          let silence = try #require(connection.silence)
          if silence < last { beats += 1 }
          last = silence
          return beats == 8
        }
        try await publisher.publish(messages(queue.name, 1..<2))
        #expect(connection.metrics.reconnects == 0 && connection.metrics.connectionsLost == 0)
        try await connection.delete(queue.name)
      }
    }

    @Test func aBrokerThatFallsSilent() async throws {
      let broker = try await TestBroker.shared
      let queue = quorum("silent")
      try await withConnection(AMQPTopology(queues: [queue]), set(\.heartbeat, .seconds(1))) {
        connection async throws in
        let publisher = AMQPPublisher(connection)
        try await publisher.publish(messages(queue.name, 0..<1))
        try broker.signal(SIGSTOP)
        let started = ContinuousClock.now
        let first = try await amqpError {
          try await publisher.publish(messages(queue.name, 1..<2), within: .milliseconds(500))
        }
        #expect(first.code == .timedOut && first.outcome == .unknown)
        #expect(try #require(connection.silence) > .milliseconds(400))
        let second = try await amqpError { try await publisher.publish(messages(queue.name, 2..<3)) }
        #expect(second.code == .connectionLost && second.outcome == .unknown, "\(second)")
        #expect(ContinuousClock.now - started < .seconds(4))
        try broker.signal(SIGCONT)
        try await eventually { (try? await publisher.publish(messages(queue.name, 3..<4))) != nil }
        #expect(connection.metrics.reconnects >= 1)
        try await connection.delete(queue.name)
      }
    }

    @Test func aQueueThatNeverConfirmsDoesNotUseUpTheChannel() async throws {
      let broker = try await TestBroker.shared
      let (sick, sound) = (quorum("sick"), quorum("sound"))
      try await withConnection(AMQPTopology(queues: [sick, sound]), set(\.inFlightMaximum, 10)) {
        connection async throws in
        let publisher = AMQPPublisher(connection)
        try await publisher.publish(messages(sick.name, 0..<1))
        try await broker.control("eval", "sys:suspend('%2F_\(sick.name)').")
        for _ in 0..<2 {
          let error = try await amqpError {
            try await publisher.publish(messages(sick.name, 0..<4), within: .milliseconds(100))
          }
          #expect(error.code == .timedOut && error.failures.count == 4, "\(error)")
          try await publisher.publish(messages(sound.name, 0..<1))
        }
        #expect(connection.metrics.channelsClosed == 1 && connection.metrics.reconnects == 0)
        try await broker.control("eval", "sys:resume('%2F_\(sick.name)').")
        try await publisher.publish(messages(sick.name, 0..<4))
        try await connection.delete(sick.name)
        try await connection.delete(sound.name)
      }
    }

    @Test func theShutdownWaitsForConfirmsAndRefusesWhatComesLater() async throws {
      let queue = quorum("shutdown")
      let connection = AMQPConnection(try await testOptions(), topology: AMQPTopology(queues: [queue]))
      let running = Task { await connection.run() }
      let publisher = AMQPPublisher(connection)
      let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 10)
      try await connection.reaches { $0.isReady }
      let publishing = Task { try await publisher.publish(messages(queue.name, 0..<2000)) }
      try await eventually { connection.metrics.published > 0 }
      running.cancel()
      try await publishing.value
      await running.value
      let error = try await amqpError { try await publisher.publish(messages(queue.name, 0..<1)) }
      #expect(error.code == .closed)
      var rest = 0
      for await _ in consumer { rest += 1 }
      #expect(rest == 0)
      try await withConnection { second async throws in
        #expect(try await second.messageCount(of: queue.name) == 2000)
        try await second.delete(queue.name)
      }
    }

    @Test func nothingIsLeftOfAConnection() async throws {
      let queue = quorum("left")
      func count(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(folder)").count
      }
      func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count { task in
          let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
          return name?.hasPrefix("amqp-") == true
        }
      }
      try await eventually { try threads() == 0 }
      let before = try count("fd")
      for _ in 0..<20 {
        try await withConnection(AMQPTopology(queues: [queue])) { connection async throws in
          let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 1)
          try await AMQPPublisher(connection).publish(messages(queue.name, 0..<1))
          await consumer.take(1).ack()
        }
      }
      try await eventually { try threads() == 0 && count("fd") <= before }
      try await withConnection { connection async throws in try await connection.delete(queue.name) }
    }

    @Test func withTLS() async throws {
      let queue = quorum("tls")
      let secure = try AMQPOptions(try await TestBroker.shared.secureURL)
      func run(_ options: AMQPOptions, _ body: (AMQPConnection) async throws -> Void) async throws {
        try await withConnection(AMQPTopology(queues: [queue]), { $0 = options }, body)
      }
      try await run(secure) { connection async throws in
        let publisher = AMQPPublisher(connection)
        try await publisher.publish(messages(queue.name, 0..<1000))
        try await publisher.publish(AMQPMessage(routingKey: queue.name, body: [UInt8](repeating: 7, count: 1 << 20)))
        let consumer = AMQPConsumer(connection, queue: queue.name, prefetch: 2000)
        let all = await consumer.take(1001)
        #expect(all.last?.body.count == 1 << 20)
        all.ack()
        try await eventually { connection.metrics.acknowledged == 1001 }
        consumer.stop()
        try await connection.delete(queue.name)
      }
      var distrusting = secure
      distrusting.tls?.authorities = AMQPOptions.TLS().authorities
      try await run(distrusting) { connection async throws in
        guard case .down(let error, _) = try await connection.reaches({ $0.isDown }) else { return }
        #expect(error.code == .tlsFailed, "\(error)")
      }
      var misnamed = secure
      misnamed.hosts[0].name = "127.0.0.2"
      try await run(misnamed) { connection async throws in
        guard case .down(let error, _) = try await connection.reaches({ $0.isDown }) else { return }
        #expect(error.code == .tlsFailed || error.code == .connectFailed, "\(error)")
      }
    }
  }
}
