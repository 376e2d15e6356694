import AMQP
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

extension RabbitMQTests {
  @Suite(.timeLimit(.minutes(1))) struct Tags {
    private let gpu = WorkerTag("gpu")
    private let eu = WorkerTag("eu")

    private func carrying(_ names: String...) throws -> (inout RabbitMQOptions) -> Void {
      set(\.tags, try WorkerTags(named: names))
    }

    @Test func eachWorkerReceivesWhatItCarries() async throws {
      let scene = try await Scene()
      try await scene.withInstance(set(\.consumes, false)) { api async throws in
        try await scene.withInstance(try carrying("gpu")) { one async throws in
          try await scene.withInstance(try carrying("eu", "untagged")) { other async throws in
            try await eventually { one.canReceive(within: .seconds(30)) && other.canReceive(within: .seconds(30)) }
            try await api.wakeUps.publish([
              wakeUp(1, tag: gpu), wakeUp(2, tag: eu), wakeUp(3), wakeUp(4, .high, tag: gpu),
            ])
            #expect(Set(await one.wakeUps.take(2)) == [wakeUp(1, tag: gpu), wakeUp(4, .high, tag: gpu)])
            #expect(Set(await other.wakeUps.take(2)) == [wakeUp(2, tag: eu), wakeUp(3)])
          }
          // Its queue keeps what comes while no worker carries the tag.
          try await api.wakeUps.publish([wakeUp(5, tag: eu), wakeUp(6, tag: gpu)])
          #expect(await one.wakeUps.take(1) == [wakeUp(6, tag: gpu)])
          #expect(one.metrics.received == 3)
        }
        try await scene.withInstance(try carrying("eu")) { late async throws in
          #expect(await late.wakeUps.take(1) == [wakeUp(5, tag: eu)])
        }
        #expect(api.metrics.uncarried == 0)
      }
      try await scene.end()
    }

    @Test func ofATagThatNobodyHasCarriedThereIsNoQueueAndNothingIsHeldUp() async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await eventually { broker.canReceive(within: .seconds(30)) }
        try await broker.wakeUps.publish([wakeUp(1, tag: gpu), wakeUp(2), wakeUp(3, tag: eu), wakeUp(4, tag: eu)])
        #expect(await broker.wakeUps.take(1) == [wakeUp(2)])
        #expect(broker.metrics.uncarried == 3)
        let queue = scene.topology.queue(of: try #require(gpu))
        await #expect(throws: (any Error).self) {
          try await scene.withStranger { try await $0.messageCount(of: queue) }
        }
      }
      try await scene.end()
    }

    @Test func whatIsInAnotherTagsQueueIsForeign() async throws {
      let scene = try await Scene()
      try await scene.withInstance(try carrying("gpu")) { worker async throws in
        try await eventually { worker.canReceive(within: .seconds(30)) }
        let tag = try #require(gpu)
        for wrong in [wakeUp(1, tag: eu), wakeUp(2)] {
          let ticket = await scene.tickets.ticket(for: wrong.execution, in: wrong.workspace)
          try await scene.withStranger { stranger async throws in
            let message = AMQPMessage(
              routingKey: scene.topology.queue(of: tag), body: WakeUpMessage(wrong, ticket: ticket).body)
            try await AMQPPublisher(stranger).publish(message)
          }
        }
        try await eventually { worker.metrics.quarantined[.foreign] == 2 }
        #expect(worker.metrics.received == 0)
      }
      try await scene.end()
    }

    @Test func aDeletedTagQueueComesBackWithItsWorker() async throws {
      let scene = try await Scene()
      try await scene.withInstance(try carrying("gpu")) { worker async throws in
        try await eventually { worker.canReceive(within: .seconds(30)) }
        let queue = scene.topology.queue(of: try #require(gpu))
        try await scene.withStranger { try await $0.delete(queue) }
        try await eventually {
          // While it goes, the broker refuses what is meant for it.
          try? await worker.wakeUps.publish([wakeUp(1, tag: gpu)])
          return worker.metrics.received > 0
        }
        #expect(await worker.wakeUps.take(1) == [wakeUp(1, tag: gpu)])
      }
      try await scene.end()
    }
  }
}
