import AMQP
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

extension RabbitMQTests {
  /// What executions begin with, in the messages that wake them (docs/decisions/0030).
  @Suite struct Starts {
    @Test func aStartTravelsSealedWithItsWakeUp() async throws {
      let scene = try await Scene()
      let wakeUps = [wakeUp(1, input: "canary\n\u{0}"), wakeUp(2, .high, input: ""), wakeUp(3)]
      try await scene.withInstance { broker async throws in
        try await broker.wakeUps.publish(wakeUps)
        #expect(Set(await broker.wakeUps.take(3)) == Set(wakeUps))
        try await scene.expectEmpty()
      }
      try await scene.end()
      let envelope = StartEnvelope(cipher: scene.cipher)
      let sealed = try #require(envelope.seal(wakeUps[0]))
      #expect(!WakeUpMessage(wakeUps[0], ticket: "t", start: sealed).body.contains("canary".utf8))
      #expect(!sealed.contains("canary".utf8) && !sealed.contains("\(WorkflowID.numbered(1))".utf8))
    }

    /// It may be what ended its last receiver: it is claimed first, so that this is counted.
    @Test func whatIsDeliveredAgainHasNone() async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await broker.wakeUps.publish([wakeUp(1, input: "a")])
        #expect(await broker.wakeUps.take(1, .givenBack) == [wakeUp(1, input: "a")])
        #expect(await broker.wakeUps.take(1) == [wakeUp(1)])
      }
      try await scene.end()
    }

    @Test func oneThatDoesNotOpenIsNoReasonToLeaveAnExecutionAsleep() async throws {
      let scene = try await Scene()
      let envelope = StartEnvelope(cipher: scene.cipher)
      let key = try #require(NamedKey(HandmadeTicket.keyText("two", secret: "b")))
      let stranger = StartEnvelope(cipher: try #require(TransitVault([key])))
      let given = wakeUp(1, input: "a")
      let sealed = try #require(envelope.seal(given))
      let wrong: [[UInt8]] = [
        try #require(stranger.seal(given)), Array(sealed.dropLast()), [], sealed + [0],
        try #require(envelope.seal(wakeUp(2, input: "a"))), try #require(envelope.seal(wakeUp(1, .low, input: "a"))),
        try #require(envelope.seal(wakeUp(1, tag: WorkerTag("gpu"), input: "a"))),
      ]
      try await scene.withInstance { broker async throws in
        try await eventually { broker.canReceive(within: .seconds(30)) }
        for start in wrong {
          let ticket = await scene.tickets.ticket(for: given.execution, in: given.workspace)
          try await scene.withStranger { stranger async throws in
            let message = AMQPMessage(
              routingKey: scene.topology.queue(of: .normal),
              body: WakeUpMessage(given, ticket: ticket, start: start).body)
            try await AMQPPublisher(stranger).publish(message)
          }
          #expect(await broker.wakeUps.take(1) == [wakeUp(1)])
        }
        #expect(broker.metrics.quarantined.isEmpty)
      }
      try await scene.end()
    }

    @Test func theLargestThatIsSealedIsOneThatIsRead() async throws {
      let scene = try await Scene()
      let most = WakeUp.Start.mostInputBytes
      let largest = wakeUp(
        1, .normal, tag: WorkerTag(String(repeating: "x", count: 40)),
        trace: TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        input: String(repeating: "x", count: most))
      let envelope = StartEnvelope(cipher: scene.cipher)
      let sealed = try #require(envelope.seal(largest))
      let body = WakeUpMessage(largest, ticket: String(repeating: "t", count: 4096), start: sealed).body
      let message = try #require(WakeUpMessage(body))
      #expect(try envelope.open(#require(message.start), of: message) == largest.start)
      #expect(envelope.seal(wakeUp(1, input: String(repeating: "x", count: most + 1))) == nil)
    }
  }
}
