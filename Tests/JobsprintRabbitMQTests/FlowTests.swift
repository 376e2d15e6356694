import AMQP
import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

extension RabbitMQTests {
  @Suite struct Flow {
    @Test func whatIsDeliveredTwiceIsReceivedTwiceAndNothingIsLeft() async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        let wakeUps = (1...60).map { wakeUp($0, Lane.allCases[$0 % 3]) }
        try await broker.wakeUps.publish(wakeUps)
        try await broker.wakeUps.publish(wakeUps)
        let received = await broker.wakeUps.take(120)
        #expect(
          Dictionary(grouping: received, by: \.self).mapValues(\.count)
            == Dictionary(
              uniqueKeysWithValues: wakeUps.map { ($0, 2) }))
        try await scene.expectEmpty()
        #expect(broker.metrics.received == 120 && broker.metrics.waiting == 0)
      }
      try await scene.end()
    }

    @Test func aTraceTravelsWithItsWakeUpAndOlderMessagesHaveNone() async throws {
      let trace = try #require(TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await broker.wakeUps.publish([wakeUp(1, trace: trace), wakeUp(2)])
        #expect(Set(await broker.wakeUps.take(2)) == [wakeUp(1, trace: trace), wakeUp(2)])
      }
      try await scene.end()
      let body = WakeUpMessage(wakeUp(1, trace: trace), ticket: "t").body
      let spoilt = String(decoding: body, as: UTF8.self).replacing("00-0af", with: "xx-0af")
      let message = try #require(WakeUpMessage(Array(spoilt.utf8)))
      #expect(message.trace == nil && message.execution == .numbered(1))
    }

    @Test func whatAKilledReceiverHeldIsReceivedByAnother() async throws {
      let scene = try await Scene()
      let wakeUps = Set((1...30).map { wakeUp($0, Lane.allCases[$0 % 3]) })
      try await scene.withInstance { lost async throws in
        try await lost.wakeUps.publish(Array(wakeUps))
        // Ten have been taken and not settled, the others wait in its buffer.
        #expect(await lost.wakeUps.take(10, nil).count == 10)
        try await eventually { lost.metrics.waiting == 20 }
      }
      try await scene.withInstance { other async throws in
        #expect(Set(await other.wakeUps.take(30)) == wakeUps)
        #expect(other.metrics.redelivered == 30 && other.metrics.quarantined.isEmpty)
        try await scene.expectEmpty()
      }
      try await scene.end()
    }

    @Test func whatIsGivenBackGoesToWhoeverIsThere() async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await broker.wakeUps.publish([wakeUp(1)])
        // Many more times than a message may come back on RabbitMQ 4 by default.
        for _ in 0..<50 { #expect(await broker.wakeUps.take(1, .givenBack) == [wakeUp(1)]) }
        #expect(await broker.wakeUps.take(1) == [wakeUp(1)])
        try await scene.expectEmpty()
      }
      try await scene.end()
    }

    @Test func aFullQueueRefuses() async throws {
      let scene = try await Scene()
      func change(_ options: inout RabbitMQOptions) {
        options.consumes = false
        options.queueLimit = 10
      }
      try await scene.withInstance(change) { broker async throws in
        var count = 0
        var refusal: PortError?
        // The broker learns a little late how full a quorum queue is.
        while refusal == nil, count < 1000 {
          do { try await broker.wakeUps.publish([wakeUp(count)]) } catch { refusal = error as? PortError }
          count += 1
        }
        #expect(refusal?.code == .unavailable, "\(String(describing: refusal))")
        #expect(count < 100)
        try await eventually { broker.metrics.refused == 1 }
        // Another lane has its own room.
        try await broker.wakeUps.publish([wakeUp(1, .high)])
        try await scene.withInstance(set(\.queueLimit, 10)) { worker async throws in
          #expect(await worker.wakeUps.take(count).count == count)
          try await eventually { (try? await broker.wakeUps.publish([wakeUp(5000)])) != nil }
          #expect(await worker.wakeUps.take(1) == [wakeUp(5000)])
        }
      }
      try await scene.end()
    }

    @Test func whatExpiresIsDroppedAndNotQuarantined() async throws {
      let scene = try await Scene()
      func change(_ options: inout RabbitMQOptions) {
        options.consumes = false
        options.messageTTL = .milliseconds(1)
      }
      try await scene.withInstance(change) { broker async throws in
        try await broker.wakeUps.publish((1...20).map { wakeUp($0) })
        try await scene.withStranger { stranger async throws in
          let (queue, quarantine) = (scene.topology.queue(of: .normal), scene.topology.quarantine)
          try await eventually { try await stranger.messageCount(of: queue) == 0 }
          // One that is rejected comes there after all that went before it.
          try await AMQPPublisher(stranger).publish(AMQPMessage(routingKey: queue, body: Array("no".utf8)))
          let consumer = AMQPConsumer(stranger, queue: queue, prefetch: 1)
          try #require(await consumer.next(upTo: 1).first).reject(requeue: false)
          try await eventually { try await stranger.messageCount(of: quarantine) > 0 }
          #expect(try await stranger.messageCount(of: quarantine) == 1)
        }
      }
      try await scene.end()
    }

    @Test func aDeletedQueueIsDeclaredAgain() async throws {
      let scene = try await Scene()
      try await scene.withInstance(set(\.consumes, false)) { broker async throws in
        try await broker.wakeUps.publish([wakeUp(1)])
        try await scene.withStranger { try await $0.delete(scene.topology.queue(of: .normal)) }
        do {
          try await broker.wakeUps.publish([wakeUp(2)])
          Issue.record("nothing was thrown")
        } catch { #expect((error as? PortError)?.code == .unavailable) }
        try await broker.wakeUps.publish([wakeUp(2)])
      }
      try await scene.end()
    }

    @Test func anAddressThatCanNotBeReadIsRefusedWithoutItsPassword() {
      do throws(PortError) {
        _ = try RabbitMQOptions("http://user:sesame@host")
        Issue.record("nothing was thrown")
      } catch { #expect(error.code == .refused && !"\(error)".contains("sesame")) }
    }

    @Test func theOperatorsPageNamesEverythingThatIsDeclared() throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let page = try String(contentsOf: root.appending(path: "docs/operations/rabbitmq.md"), encoding: .utf8)
      let topology = RabbitMQTopology(prefix: "<prefix>", queueLimit: 1_000_000)
      var shared = topology.shared
      shared.queues += topology.queues(of: [WorkerTag("x")].compactMap { $0 }).queues
      for name in shared.queues.map(\.name) + shared.exchanges.map(\.name) + [topology.inboxPrefix] {
        #expect(page.contains("`\(name.replacing(".tag.x", with: ".tag.<tag>"))"), "\(name)")
      }
      for argument in Set(shared.queues.flatMap(\.arguments.keys)) { #expect(page.contains(argument), "\(argument)") }
    }
  }
}
