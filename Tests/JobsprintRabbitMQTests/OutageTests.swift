import Glibc
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRabbitMQ

extension RabbitMQTests {
  @Suite struct Outages {
    @Test func afterARestartOfTheBrokerAllGoesOn() async throws {
      let server = try await TestBroker.shared
      let scene = try await Scene()
      try await scene.withInstance { broker async throws in
        try await broker.wakeUps.publish((1...5).map { wakeUp($0) })
        let held = await broker.wakeUps.receive(upTo: 1)
        // The other lanes' consumers may be attached after this one's.
        try await eventually { broker.canReceive(within: .seconds(30)) }
        try await server.halt()
        try await eventually { broker.metrics.publishing == .down && broker.metrics.consuming != .ready }
        #expect(!broker.canReceive(within: .seconds(30)))
        do {
          try await broker.wakeUps.publish([wakeUp(6)])
          Issue.record("nothing was thrown")
        } catch { #expect((error as? PortError)?.code == .unavailable, "\(error)") }
        // Nobody waits for what can't be told.
        let started = ContinuousClock.now
        for number in 0..<30_000 { broker.events.publish(ended(number, .canceled)) }
        #expect(ContinuousClock.now - started < .seconds(10))
        try await server.start()
        // Too late: its message comes again.
        held.settle(.acknowledged)
        try await eventually { broker.canReceive(within: .seconds(30)) }
        try await eventually { (try? await broker.wakeUps.publish([wakeUp(7)])) != nil }
        var missing = Set(([1, 2, 3, 4, 5, 7]).map { wakeUp($0) })
        missing.subtract(held.wakeUps)
        while !missing.isEmpty { missing.subtract(await broker.wakeUps.take(1)) }
        #expect(broker.metrics.reconnects == 2)
      }
      let lines = scene.log.lines
      #expect(lines.contains { $0.hasPrefix("warning no connection to the broker") })
      #expect(lines.count { $0.hasPrefix("info connected to the broker") } >= 4, "\(lines)")
      try await scene.end()
    }

    @Test func aSilentBrokerIsNoticed() async throws {
      let server = try await TestBroker.shared
      let scene = try await Scene(parameters: "?heartbeat=1")
      try await scene.withInstance { broker async throws in
        try await eventually { broker.canReceive(within: .seconds(1)) }
        try server.signal(SIGSTOP)
        try await eventually { !broker.canReceive(within: .seconds(1)) }
        try server.signal(SIGCONT)
        try await eventually { broker.canReceive(within: .seconds(1)) }
        try await broker.wakeUps.publish([wakeUp(1)])
        #expect(await broker.wakeUps.take(1) == [wakeUp(1)])
      }
      try await scene.end()
    }

    @Test func anInstanceThatTakesNoWakeUpsCanNotReceive() async throws {
      let scene = try await Scene()
      try await scene.withInstance(set(\.consumes, false)) { broker async throws in
        try await eventually { broker.metrics.consuming == .ready }
        #expect(!broker.canReceive(within: .seconds(30)))
      }
    }

    @Test func whatEndsLastIsTold() async throws {
      let scene = try await Scene()
      try await scene.withInstance(set(\.consumes, false)) { api async throws in
        try await eventually { api.metrics.consuming == .ready }
        let address = try #require(api.events.replyAddress)
        var readers = (1...50).map { api.events.events(of: .numbered($0)).makeAsyncIterator() }
        try await scene.withInstance { worker async throws in
          try await worker.wakeUps.publish((1...50).map { wakeUp($0, replyTo: address) })
          #expect(await worker.wakeUps.take(50).count == 50)
          for number in 1...50 { worker.events.publish(ended(number)) }
        }
        for place in readers.indices { #expect(await readers[place].next() == ended(place + 1)) }
      }
      try await scene.end()
    }
  }
}
