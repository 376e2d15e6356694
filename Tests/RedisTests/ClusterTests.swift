import JobsprintTesting
import Testing

@testable import Redis

extension RedisTests {
  @Suite struct Cluster {
    @Test func keysOfAllSlotsAreFound() async throws {
      try await withClient(of: TestRedisCluster.shared.url) { client async throws in
        let keys = (0..<500).map { _ in fresh("key") }
        for key in keys { try await client.send(RedisCommand("SET", key: key, key)) }
        for key in keys { #expect(try await client.send(RedisCommand("GET", key: key)).bytes == key.bytes) }
        #expect(client.metrics.connected >= 3 && client.metrics.mapsRead >= 1)
        // Once the map was read, nobody is sent elsewhere.
        let redirected = client.metrics.redirected
        for key in keys { try await client.send(RedisCommand("DEL", key: key)) }
        #expect(client.metrics.redirected == redirected)
      }
    }

    @Test func keysOfOneTagGoIntoOneScript() async throws {
      try await withClient(of: TestRedisCluster.shared.url) { client async throws in
        let script = RedisScript("redis.call('SET', KEYS[1], 'a') return redis.call('EXISTS', KEYS[1], KEYS[2])")
        for number in 0..<20 {
          let answer = try await client.run(script, keys: [.text("{\(number)}a"), .text("{\(number)}b")])
          #expect(answer == .integer(1))
        }
        let error = try await redisError { try await client.run(script, keys: ["{1}a", "{2}a"]) }
        #expect(error.code == .refused && "\(error)".contains("CROSSSLOT"))
      }
    }

    @Test func aSlotThatMovesIsFollowed() async throws {
      try await withClient(of: TestRedisCluster.shared.url) { client async throws in
        let key = fresh("moving")
        try await client.send(RedisCommand("SET", key: key, "old"))
        let slot = RedisSlot.of(key.bytes)
        let map = try await currentMap(client)
        let source = try #require(map.host(of: slot))
        let target = try #require(map.hosts.first { $0 != source })
        let number = RedisWord.number(Int64(slot))
        try await withNode(source) { source async throws in
          try await withNode(target) { destination async throws in
            let (from, to) = (try await identity(source), try await identity(destination))
            try await destination.send(RedisCommand("CLUSTER", "SETSLOT", number, "IMPORTING", from))
            try await source.send(RedisCommand("CLUSTER", "SETSLOT", number, "MIGRATING", to))
            // It is still where it was; a key that is not there is asked for at the other end.
            #expect(try await client.send(RedisCommand("GET", key: key)).text == "old")
            let other = RedisWord.text("{" + String(decoding: key.bytes, as: UTF8.self) + "}other")
            let redirected = client.metrics.redirected
            try await client.send(RedisCommand("SET", key: other, "new"))
            #expect(client.metrics.redirected > redirected)
            try await source.send(RedisCommand("DEL", key: key))
            for node in [destination, source] {
              try await node.send(RedisCommand("CLUSTER", "SETSLOT", number, "NODE", to))
            }
            #expect(try await client.send(RedisCommand("GET", key: other)).text == "new")
            try await eventually { try await currentMap(client).host(of: slot) == target }
          }
        }
      }
    }

    @Test func aReplicaTakesOver() async throws {
      let cluster = try await TestRedisCluster.shared
      try await withClient(of: cluster.url, [set(\.answerLimit, .seconds(2))]) { client async throws in
        let key = fresh("survivor")
        try await client.send(RedisCommand("SET", key: key, "before"))
        let primary = try #require(try await currentMap(client).host(of: RedisSlot.of(key.bytes)))
        try cluster.kill(port: primary.port)
        try await eventually(within: .seconds(60)) {
          (try? await client.send(RedisCommand("SET", key: key, "after"))) == .status("OK")
        }
        #expect(try await client.send(RedisCommand("GET", key: key)).text == "after")
        #expect(try await currentMap(client).host(of: RedisSlot.of(key.bytes)) != primary)
        // The others were served all the time, and are now.
        for number in 0..<100 { try await client.send(RedisCommand("SET", key: .number(Int64(number)), "x")) }
      }
    }

    private func currentMap(_ client: RedisClient) async throws -> RedisSlotMap {
      let answer = try await client.send(RedisCommand("CLUSTER", "SLOTS"))
      return try #require(RedisSlotMap(answer, asked: .init(name: "127.0.0.1", port: 0)))
    }

    private func withNode(_ host: RedisOptions.Host, _ body: (RedisClient) async throws -> Void) async throws {
      let changes = [set(\.hosts, [host]), set(\.isCluster, false)]
      try await withClient(of: TestRedisCluster.shared.url, changes, body: body)
    }

    private func identity(_ node: RedisClient) async throws -> RedisWord {
      .text(try #require(try await node.send(RedisCommand("CLUSTER", "MYID")).text))
    }
  }
}
