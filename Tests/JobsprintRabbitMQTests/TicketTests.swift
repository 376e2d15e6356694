import AMQP
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

/// A message of somebody who can write to the queues.
enum Forgery: String, CaseIterable {
  case otherKey, noAlgorithm, otherIssuer, otherAudience, fromTheFuture, truncated, empty,
    long
  case otherExecution, otherWorkspace, otherLane
  case noJSON, noBody, noObject, noTicket, noExecution, large

  var kind: RabbitMQMetrics.Rejection {
    switch self {
    case .otherExecution, .otherWorkspace, .otherLane: .foreign
    case .noJSON, .noBody, .noObject, .noTicket, .noExecution, .large: .unreadable
    default: .forged
    }
  }

  /// - Parameter now: seconds since 1970.
  func body(at now: Int64) -> [UInt8] {
    var ticket = HandmadeTicket(issued: now)
    var wakeUp = wakeUp(1)
    switch self {
    case .otherKey: ticket.secret = "b"
    case .noAlgorithm: ticket.algorithm = "none"
    case .otherIssuer: ticket.issuer = "somebody"
    case .otherAudience: ticket.audience = "jobsprint-api"
    case .fromTheFuture: ticket.issued += 7200
    case .otherExecution: ticket.execution = .numbered(2)
    case .otherWorkspace: ticket.workspace = .numbered(2)
    case .otherLane: wakeUp = JobsprintRabbitMQTests.wakeUp(1, .high)
    case .truncated: return WakeUpMessage(wakeUp, ticket: String(ticket.text.dropLast(7))).body
    case .empty: return WakeUpMessage(wakeUp, ticket: "").body
    case .long: return WakeUpMessage(wakeUp, ticket: ticket.text + String(repeating: "A", count: 4096)).body
    case .noJSON: return Array("wake up, \(wakeUp.execution)!".utf8)
    case .noBody: return []
    case .noObject: return Array("[1,2,3]".utf8)
    case .noTicket: return Array(#"{"execution":"\#(wakeUp.execution)","workspace":"x","lane":"normal"}"#.utf8)
    case .noExecution: return Array(#"{"execution":"","workspace":"","lane":"","ticket":""}"#.utf8)
    case .large: return [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
    }
    return WakeUpMessage(wakeUp, ticket: ticket.text).body
  }
}

extension RabbitMQTests {
  @Suite struct Tickets {
    @Test(arguments: Forgery.allCases)
    func whatIsNotOursWakesNobodyAndGoesIntoTheQuarantine(_ forgery: Forgery) async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await broker.wakeUps.publish([wakeUp(100)])
        #expect(await broker.wakeUps.take(1) == [wakeUp(100)])
        let queue = scene.topology.queue(of: .normal)
        let body = forgery.body(at: scene.clock.now.milliseconds / 1000)
        try await scene.withStranger { stranger async throws in
          try await AMQPPublisher(stranger).publish(AMQPMessage(routingKey: queue, body: body))
          try await broker.wakeUps.publish([wakeUp(101)])
          #expect(await broker.wakeUps.take(1) == [wakeUp(101)])
          let consumer = AMQPConsumer(stranger, queue: scene.topology.quarantine, prefetch: 10)
          let found = try #require(await consumer.next(upTo: 10).first)
          #expect(found.body == body)
          #expect(found.headers["x-first-death-queue"] == .string(queue))
          #expect(found.headers["x-first-death-reason"] == .string("rejected"))
          found.ack()
          try await eventually { stranger.metrics.acknowledged == 1 }
        }
        #expect(broker.metrics.quarantined == [forgery.kind: 1])
        #expect(broker.metrics.received == 2)
        let warnings = scene.log.lines.filter { $0.hasPrefix("warning") }
        #expect(warnings.count == 1 && warnings.allSatisfy { $0.contains("quarantine") }, "\(warnings)")
        // Neither ids nor tickets of a message are repeated.
        #expect(warnings.allSatisfy { !$0.contains("\(ExecutionID.numbered(1))") && !$0.contains("eyJ") })
      }
      try await scene.end()
    }

    @Test func aHandmadeTicketThatIsRightIsTaken() async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await eventually { broker.canReceive(within: .seconds(30)) }
        let ticket = HandmadeTicket(issued: scene.clock.now.milliseconds / 1000)
        var message = AMQPMessage(
          routingKey: scene.topology.queue(of: .low), body: WakeUpMessage(wakeUp(1, .low), ticket: ticket.text).body)
        // Nobody is answered but instances of this installation.
        message.replyTo = scene.topology.queue(of: .high)
        try await scene.withStranger { stranger async throws in try await AMQPPublisher(stranger).publish(message) }
        #expect(await broker.wakeUps.take(1) == [wakeUp(1, .low)])
      }
      try await scene.end()
    }

    @Test func anExpiredOneIsIssuedAgain() async throws {
      let scene = try await Scene()
      try await scene.withInstance(set(\.consumes, false)) { sender async throws in
        let address = sender.events.replyAddress
        try await sender.wakeUps.publish([wakeUp(1, .high, replyTo: address), wakeUp(2)])
        scene.clock.now = scene.clock.now + .seconds(7200)
        try await sender.wakeUps.publish([wakeUp(3)])
        try await scene.withInstance { broker async throws in
          let received = Set(await broker.wakeUps.take(3))
          #expect(received == [wakeUp(1, .high, replyTo: address), wakeUp(2), wakeUp(3)])
          #expect(broker.metrics.expired == 2 && broker.metrics.quarantined.isEmpty)
          try await scene.expectEmpty()
        }
      }
      try await scene.end()
    }
  }
}

extension Scene {
  /// Nothing is left in any queue, be it on its way.
  func expectEmpty(file: String = #fileID, line: Int = #line) async throws {
    try await withStranger { stranger async throws in
      for queue in topology.shared.queues {
        try await eventually(file: file, line: line) { try await stranger.messageCount(of: queue.name) == 0 }
      }
    }
  }
}
