import JobsprintTesting
import Testing

@testable import Redis

extension RedisTests {
  @Suite struct Faults {
    @Test func aServerThatDiesIsMissedAtOnceAndFoundAgain() async throws {
      try await withClient { client async throws in
        let key = fresh("lost")
        try await client.send(RedisCommand("SET", key: key, "here"))
        try await TestRedis.shared.kill()
        try await eventually { !client.isConnected }
        let begin = ContinuousClock.now
        for _ in 0..<1000 {
          let error = try await redisError { try await client.send(RedisCommand("GET", key: key)) }
          #expect(error.code == .notConnected && !error.isUncertain)
        }
        #expect(ContinuousClock.now - begin < .seconds(10))
        try await TestRedis.shared.start()
        try await eventually { client.isConnected }
        #expect(try await client.send(RedisCommand("GET", key: key)) == .null)
        #expect(client.metrics.connectionsLost == 1 && client.metrics.connects == 2)
      }
    }

    @Test func aServerThatIsSilentKeepsNobodyLongerThanTheLimit() async throws {
      try await withClient([set(\.answerLimit, .seconds(1))]) { client async throws in
        try await client.send(RedisCommand("PING"))
        try await TestRedis.shared.pause()
        let begin = ContinuousClock.now
        let errors = try await withThrowingTaskGroup(of: RedisError.self) { group in
          for _ in 0..<10 {
            group.addTask { try await redisError { try await client.send(RedisCommand("INCR", key: "silent")) } }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        let waited = ContinuousClock.now - begin
        // From here on nobody waits, though the server's system takes connections.
        let next = try await redisError { try await client.send(RedisCommand("PING")) }
        try await TestRedis.shared.resume()
        #expect((Duration.milliseconds(900) ... .seconds(10)).contains(waited))
        #expect(errors.count { $0.code == .timedOut } == 1)
        #expect(errors.allSatisfy { $0.isUncertain && [.timedOut, .connectionLost].contains($0.code) }, "\(errors)")
        #expect(next.code == .notConnected)
        try await eventually { client.metrics.connects == 2 }
        #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
      }
    }

    @Test func anIdleConnectionToASilentServerIsGivenUp() async throws {
      let changes = [set(\.answerLimit, .milliseconds(500)), set(\.pingInterval, .milliseconds(100))]
      try await withClient(of: TestRedis.shared.url, changes) { client async throws in
        try await client.send(RedisCommand("PING"))
        try await TestRedis.shared.pause()
        do { try await eventually { !client.isConnected } } catch { Issue.record(error) }
        try await TestRedis.shared.resume()
        try await eventually { client.isConnected }
      }
    }

    @Test func noMoreCommandsWaitThanAllowed() async throws {
      try await withClient([set(\.inFlightMaximum, 5), set(\.answerLimit, .seconds(1))]) { client async throws in
        try await client.send(RedisCommand("PING"))
        try await TestRedis.shared.pause()
        let errors = try await withThrowingTaskGroup(of: RedisError.self) { group in
          for _ in 0..<8 { group.addTask { try await redisError { try await client.send(RedisCommand("PING")) } } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        try await TestRedis.shared.resume()
        #expect(errors.count { $0.code == .tooManyWaiting && !$0.isUncertain } == 3)
      }
    }

    @Test func aHostThatDoesNotAnswer() async throws {
      // Reserved for documentation: nobody answers (RFC 5737).
      try await withClient(of: "redis://192.0.2.1", [set(\.connectLimit, .milliseconds(500))]) { client async throws in
        let begin = ContinuousClock.now
        let error = try await redisError { try await client.send(RedisCommand("PING")) }
        #expect(error.code == .notConnected && ContinuousClock.now - begin < .seconds(10))
      }
    }

    @Test func theSecondHostIsTried() async throws {
      let url = try await TestRedis.shared.url.replacing("@", with: "@127.0.0.1:1,")
      try await withClient(of: url) { client async throws in
        try await eventually { client.isConnected }
        #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
        #expect(client.metrics.connectsFailed == 1)
      }
    }

    @Test func aPrimaryThatHasBecomeAReplicaIsLeft() async throws {
      try await withClient { client async throws in
        // A replica of nobody: it refuses to write.
        try await client.send(RedisCommand("REPLICAOF", "127.0.0.1", "1"))
        let error = try await redisError { try await client.send(RedisCommand("SET", key: "x", "y")) }
        #expect(error.code == .readOnly)
        try await eventually { client.metrics.connects == 2 }
        try await client.send(RedisCommand("REPLICAOF", "NO", "ONE"))
        try await client.send(RedisCommand("SET", key: "x", "y"))
      }
    }

    @Test func afterItsEndAClientAnswersNobody() async throws {
      let client = try await withClient { client async throws in
        try await client.send(RedisCommand("PING"))
        return client
      }
      #expect(try await redisError { try await client.send(RedisCommand("PING")) }.code == .closed)
    }
  }
}
