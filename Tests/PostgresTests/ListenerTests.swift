import Testing

@testable import Postgres

extension PostgresTests {
  @Suite struct Listening {
    @Test func notificationsArriveAlsoAfterAReconnection() async throws {
      let options = try await testOptions { $0.applicationName = "listener" }
      let listener = PostgresListener(options, channels: ["jobs \"x\"", "other"])
      let running = Task { await listener.run() }
      try await withPool { pool async throws in
        #expect(await listener.next() == .listening)
        try await pool.run("SELECT pg_notify('jobs \"x\"', 'one')")
        try await pool.run("NOTIFY other")
        let one = try await listener.notification()
        #expect(one.channel == "jobs \"x\"" && one.payload == "one")
        let two = try await listener.notification()
        #expect(two.channel == "other" && two.payload == "")

        try await pool.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener'")
        #expect(await listener.next() == .listening)
        try await pool.run("SELECT pg_notify('other', 'three')")
        #expect(try await listener.notification().payload == "three")
        #expect(listener.metrics.connectionsLost == 1)
      }
      running.cancel()
      await running.value
      #expect(await listener.next() == nil)
    }
  }
}

extension PostgresListener {
  fileprivate func next() async -> Event? { await events.first { _ in true } }

  fileprivate func notification() async throws -> PostgresNotification {
    guard case .notification(let notification)? = await next() else {
      throw PostgresError(.misuse, "no notification")
    }
    return notification
  }
}
