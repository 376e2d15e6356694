import Testing

@testable import Redis

/// What needs no server.
struct ProtocolTests {
  @Test func wordsAreSentAsTheyAre() {
    let command = RedisCommand("SET", key: "a b\r\n", .bytes([0, 255]), "", 7)
    let wire =
      Array("*5\r\n$3\r\nSET\r\n$5\r\na b\r\n\r\n$2\r\n".utf8) + [0, 255] + Array("\r\n$0\r\n\r\n$1\r\n7\r\n".utf8)
    #expect(command.wire == wire)
    #expect(command.key == Array("a b\r\n".utf8))
  }

  @Test func answersAreReadHoweverTheyAreCut() throws {
    let bytes = Array("+OK\r\n:-5\r\n$-1\r\n$3\r\na\0b\r\n*2\r\n*1\r\n:1\r\n-ERR no\r\n*-1\r\n".utf8)
    let expected: [RedisValue] = [
      .status("OK"), .integer(-5), .null, .bytes([97, 0, 98]), .array([.array([.integer(1)]), .error("ERR no")]), .null,
    ]
    for size in 1...bytes.count {
      let reader = RedisReader(maximum: 1000)
      var found: [RedisValue] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        try bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { try reader.feed($0) }
        while let value = try reader.next() { found.append(value) }
      }
      #expect(found == expected, "in pieces of \(size)")
    }
  }

  @Test func whatIsNoAnswerIsRefused() {
    let reader = RedisReader(maximum: 1000)
    #expect(throws: RedisError.self) {
      try Array("HTTP/1.1 400\r\n".utf8).withUnsafeBytes { try reader.feed($0) }
      _ = try reader.next()
    }
  }

  /// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/, appendix A and "Hash tags".
  @Test func slotsAreThoseOfTheSpecification() {
    func slot(_ key: String) -> Int { RedisSlot.of(Array(key.utf8)) }
    #expect(slot("123456789") == 0x31C3)
    #expect(slot("{user1000}.following") == slot("user1000"))
    #expect(slot("foo{}{bar}") != slot("bar"))
    #expect(slot("foo{{bar}}zap") == slot("{bar"))
    #expect(slot("foo{bar}{zap}") == slot("bar"))
  }

  @Test func redirectionsAreRead() {
    let asked = RedisOptions.Host(name: "here", port: 1)
    #expect(RedisRedirection("MOVED 3999 ::1:6381", asked: asked) == .moved(slot: 3999, .init(name: "::1", port: 6381)))
    #expect(RedisRedirection("ASK 3999 :6381", asked: asked) == .ask(.init(name: "here", port: 6381)))
    #expect(RedisRedirection("MOVED 16384 a:1", asked: asked) == nil)
    #expect(RedisRedirection("ERR MOVED", asked: asked) == nil)
  }

  @Test func aMapNamesThePrimaryOfEachSlot() throws {
    func range(_ first: Int64, _ last: Int64, _ name: String, _ port: Int64) -> RedisValue {
      .array([.integer(first), .integer(last), .array([.bytes(Array(name.utf8)), .integer(port)])])
    }
    let asked = RedisOptions.Host(name: "here", port: 1)
    let map = try #require(RedisSlotMap(.array([range(0, 99, "a", 1), range(100, 16_383, "", 2)]), asked: asked))
    #expect(map.host(of: 99) == .init(name: "a", port: 1))
    #expect(map.host(of: 100) == .init(name: "here", port: 2))
    #expect(RedisSlotMap(.array([range(0, 16_384, "a", 1)]), asked: asked) == nil)
    #expect(RedisSlotMap(.array([]), asked: asked) == nil)
  }

  @Test func addresses() throws {
    let options = try RedisOptions("rediss-cluster://ann:p%40ss@a:7000,[::1],c?cacertfile=/ca.pem&verify=verify_none")
    #expect(options.hosts.map(\.description) == ["a:7000", "::1:6379", "c:6379"])
    #expect(options.isCluster && options.user == "ann" && options.password == "p@ss")
    #expect(options.tls?.authorities == "/ca.pem" && options.tls?.verifiesPeer == false)
    #expect(!"\(options) \(String(reflecting: options))".contains("p@ss"))
    #expect(try RedisOptions("redis://:secret@localhost/3").database == 3)
    #expect(try RedisOptions("redis://:secret@localhost").user == nil)
  }

  @Test(arguments: [
    "http://a", "redis://", "redis://a:0", "redis://a:99999", "redis://a/x", "redis-cluster://a/1",
    "redis://a?verify=x",
    "rediss://a?color=red", "redis://sesame:%zz@a",
  ])
  func anAddressThatCantBeMeant(url: String) {
    #expect { try RedisOptions(url) } throws: { error in
      (error as? RedisError)?.code == .invalid && !"\(error)".contains("sesame")
    }
  }

  @Test func pausesGrowToALimitAndDiffer() {
    let limits: ClosedRange<Duration> = .milliseconds(50) ... .seconds(2)
    #expect((Duration.milliseconds(25) ... .milliseconds(50)).contains(RedisConnection.pause(after: 1, limits)))
    #expect((Duration.milliseconds(100) ... .milliseconds(200)).contains(RedisConnection.pause(after: 3, limits)))
    #expect((Duration.seconds(1) ... .seconds(2)).contains(RedisConnection.pause(after: 1000, limits)))
    #expect(Set((0..<10).map { _ in RedisConnection.pause(after: 9, limits) }).count > 1)
  }
}
