import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

/// All of these need a broker, and some of them stop it: one after the other.
@Suite(
  .serialized, .enabled(if: TestBroker.isInstalled, "RabbitMQ is not installed: apt-get install rabbitmq-server"),
  .timeLimit(.minutes(2)))
struct RabbitMQTests {}

extension RabbitMQTests {
  @Suite struct Conformance {
    @Test(arguments: WakeUpQueueConformance.checks)
    func wakeUpQueue(_ check: ConformanceCheck<WakeUpQueueUnderTest>) async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await check.run(on: WakeUpQueueUnderTest(broker.wakeUps) { broker.metrics.waiting })
      }
      try await scene.end()
    }

    @Test(arguments: EventBusConformance.checks)
    func eventBus(_ check: ConformanceCheck<any EventBus>) async throws {
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        // What it has told is told to itself too, and must not be heard twice.
        try await eventually { broker.canReceive(within: .seconds(30)) }
        try await check.run(on: broker.events)
      }
      try await scene.end()
    }
  }
}
