import JobsprintTesting
import Testing

@testable import Redis

extension RedisTests {
  @Suite struct Client {
    @Test func anyBytesComeBackAsTheyWere() async throws {
      try await withClient { client async throws in
        let key = fresh("bytes")
        for value in [[], [0, 13, 10, 255], [UInt8](repeating: 7, count: 5 << 20)] {
          #expect(try await client.send(RedisCommand("SET", key: key, .bytes(value))) == .status("OK"))
          #expect(try await client.send(RedisCommand("GET", key: key)).bytes == value)
        }
        #expect(try await client.send(RedisCommand("GET", key: fresh("none"))) == .null)
      }
    }

    @Test func manyCallersShareOneConnection() async throws {
      try await withClient { client async throws in
        let key = fresh("count")
        let numbers = try await withThrowingTaskGroup(of: Int64?.self) { group in
          for _ in 0..<2000 { group.addTask { try await client.send(RedisCommand("INCR", key: key)).integer } }
          return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(numbers == Set((1...2000).map { Int64($0) }))
        #expect(client.metrics.connects == 1 && client.metrics.answered == 2000 && client.metrics.inFlight == 0)
      }
    }

    @Test func aScriptIsSentByItsTextOnceAndThenByItsHash() async throws {
      try await withClient { client async throws in
        try await client.send(RedisCommand("SCRIPT", "FLUSH"))
        try await client.send(RedisCommand("CONFIG", "RESETSTAT"))
        let script = RedisScript("return {KEYS[1], ARGV[1] + 1}")
        for _ in 0..<3 {
          let answer = try await client.run(script, keys: ["k"], [41])
          #expect(answer == .array([.bytes([107]), .integer(42)]))
        }
        let statistics = try await client.send(RedisCommand("INFO", "commandstats")).text ?? ""
        #expect(statistics.contains("cmdstat_eval:calls=1,"), "\(statistics)")
        #expect(statistics.contains("cmdstat_evalsha:calls=3,"), "\(statistics)")
      }
    }

    @Test func anErrorOfTheServersIsThrownToWhoeverAsked() async throws {
      try await withClient { client async throws in
        let key = fresh("text")
        try await client.send(RedisCommand("SET", key: key, "abc"))
        let error = try await redisError { try await client.send(RedisCommand("INCR", key: key)) }
        #expect(error.code == .refused && !error.isTransient && !error.isUncertain)
        #expect(try await client.send(RedisCommand("GET", key: key)).text == "abc")
      }
    }

    @Test func aFullServerSaysSo() async throws {
      try await withClient { client async throws in
        try await client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
        let error = try await redisError { try await client.send(RedisCommand("SET", key: "x", "y")) }
        try await client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
        #expect(error.code == .outOfMemory && error.isTransient)
      }
    }

    @Test func aUserMayDoWhatItsRulesSay() async throws {
      try await withClient { client async throws in
        try await client.send(
          RedisCommand("ACL", "SETUSER", "reader", "on", ">sesame-4711", "~mine:*", "+get", "+ping"))
      }
      try await withClient([set(\.user, "reader"), set(\.password, "sesame-4711")]) { client async throws in
        #expect(try await client.send(RedisCommand("GET", key: "mine:1")) == .null)
        let error = try await redisError { try await client.send(RedisCommand("GET", key: "other")) }
        #expect(error.code == .accessRefused)
      }
    }

    @Test func aWrongPassword() async throws {
      try await withClient([set(\.password, "sesame-4711")]) { client async throws in
        let error = try await redisError { try await client.send(RedisCommand("PING")) }
        #expect(error.code == .notConnected && "\(error)".contains("WRONGPASS") && !"\(error)".contains("sesame"))
      }
    }

    @Test func aDatabaseOfItsOwn() async throws {
      let key = fresh("database")
      try await withClient([set(\.database, 3)]) { try await $0.send(RedisCommand("SET", key: key, "3")) }
      try await withClient { client async throws in
        #expect(try await client.send(RedisCommand("GET", key: key)) == .null)
      }
      try await withClient([set(\.database, 3)]) { client async throws in
        #expect(try await client.send(RedisCommand("GET", key: key)).text == "3")
      }
    }

    @Test func overTLS() async throws {
      let url = try await TestRedis.shared.secureURL
      try await withClient(of: url) { client async throws in
        #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
      }
      try await withClient(of: url.replacing("localhost", with: "127.0.0.1")) { client async throws in
        #expect(try await client.send(RedisCommand("PING")) == .status("PONG"))
      }
      // Who is not known to an authority is not spoken to.
      try await withClient(of: url, [set(\.tls, RedisOptions.TLS())]) { client async throws in
        let error = try await redisError { try await client.send(RedisCommand("PING")) }
        #expect(error.code == .notConnected && "\(error)".contains("TLS"), "\(error)")
      }
      var elsewhere = RedisOptions.TLS()
      elsewhere.authorities = "/nowhere.pem"
      let error = try await redisError {
        try await withClient(of: url, [set(\.tls, elsewhere)]) { _ in }
      }
      #expect(error.code == .tlsFailed)
    }

    @Test func anAnswerThatIsTooLargeEndsTheConnection() async throws {
      try await withClient([set(\.answerMaximum, 100_000)]) { client async throws in
        let key = fresh("large")
        try await client.send(RedisCommand("SET", key: key, .bytes([UInt8](repeating: 7, count: 1_000_000))))
        let error = try await redisError { try await client.send(RedisCommand("GET", key: key)) }
        #expect(error.code == .protocolViolated && error.isUncertain)
        try await eventually { client.metrics.connects == 2 }
        #expect(try await client.send(RedisCommand("STRLEN", key: key)) == .integer(1_000_000))
      }
    }
  }

  @Suite struct Subscriber {
    @Test func messagesComeInOrderAndListeningGoesOnAfterALoss() async throws {
      let subscriber = try RedisSubscriber(RedisOptions(try await TestRedis.shared.url), channels: ["news", "sports"])
      let listening = Task { await subscriber.run() }
      var events = subscriber.events.makeAsyncIterator()
      #expect(await events.next() == .subscribed)
      try await withClient { client async throws in
        for number in 0..<100 {
          try await client.send(RedisCommand("PUBLISH", number % 2 == 0 ? "news" : "sports", .number(Int64(number))))
        }
      }
      for number in 0..<100 {
        guard case .message(let message) = await events.next() else {
          Issue.record("message \(number) has not come")
          return
        }
        #expect(message.channel == (number % 2 == 0 ? "news" : "sports"))
        #expect(message.payload == Array("\(number)".utf8))
      }
      try await TestRedis.shared.wipe()
      #expect(await events.next() == .lost)
      while let event = await events.next(), event != .subscribed { #expect(event == .lost) }
      try await withClient { try await $0.send(RedisCommand("PUBLISH", "news", "again")) }
      guard case .message(let message) = await events.next() else {
        Issue.record("nothing came")
        return
      }
      #expect(message.payload == Array("again".utf8))
      listening.cancel()
      while await events.next() != nil {}
      await listening.value
    }
  }
}
