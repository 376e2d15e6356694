/// A cluster has 16,384 slots; a key's slot is the CRC of the key, or of its hash tag: what stands in the first braces
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
enum RedisSlot {
  static let count = 16_384

  static func of(_ key: [UInt8]) -> Int {
    var hashed = key[...]
    if let open = key.firstIndex(of: UInt8(ascii: "{")),
      let close = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
    {
      hashed = key[(open + 1)..<close]
    }
    return Int(checksum(hashed)) % count
  }

  /// CRC16-CCITT (XModem).
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    bytes.reduce(0) { sum, byte in
      var sum = sum ^ UInt16(byte) << 8
      for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
      return sum
    }
  }
}

/// Which node of a cluster serves which slot.
struct RedisSlotMap: Sendable, Equatable {
  /// The primaries.
  private(set) var hosts: [RedisOptions.Host] = []
  /// For each slot the place of its node in `hosts`, or -1.
  private var owners = [Int16](repeating: -1, count: RedisSlot.count)

  init() {}

  /// - Parameters:
  ///   - answer: of `CLUSTER SLOTS`.
  ///   - asked: whom a node means that does not know its own address.
  init?(_ answer: RedisValue, asked: RedisOptions.Host) {
    for range in answer.elements ?? [] {
      guard let parts = range.elements, parts.count >= 3, let first = parts[0].integer, let last = parts[1].integer,
        (0...last).contains(first), last < Int64(RedisSlot.count), let primary = parts[2].elements, primary.count >= 2,
        let port = primary[1].integer
      else { return nil }
      let name = primary[0].text.flatMap { $0.isEmpty || $0 == "?" ? nil : $0 } ?? asked.name
      for slot in first...last { assign(Int(slot), to: RedisOptions.Host(name: name, port: Int(port))) }
    }
    if hosts.isEmpty { return nil }
  }

  func host(of slot: Int) -> RedisOptions.Host? {
    owners[slot] < 0 ? nil : hosts[Int(owners[slot])]
  }

  mutating func assign(_ slot: Int, to host: RedisOptions.Host) {
    if let place = hosts.firstIndex(of: host) {
      owners[slot] = Int16(place)
    } else {
      owners[slot] = Int16(hosts.count)
      hosts.append(host)
    }
  }
}

/// Where a node of a cluster sends a command instead: `MOVED 3999 127.0.0.1:6381`, `ASK 3999 127.0.0.1:6381`.
enum RedisRedirection: Equatable {
  /// From now on.
  case moved(slot: Int, RedisOptions.Host)
  /// This command only: the slot is on its way.
  case ask(RedisOptions.Host)
  /// Keys of one command are at both ends of the way.
  case tryAgain

  /// - Parameter asked: whom a node means that names no host.
  init?(_ error: String, asked: RedisOptions.Host) {
    let words = error.split(separator: " ")
    if words.first == "TRYAGAIN" {
      self = .tryAgain
      return
    }
    guard words.count == 3, let slot = Int(words[1]), (0..<RedisSlot.count).contains(slot),
      let colon = words[2].lastIndex(of: ":"), let port = Int(words[2][words[2].index(after: colon)...])
    else { return nil }
    let name = colon == words[2].startIndex ? asked.name : String(words[2][..<colon])
    let host = RedisOptions.Host(name: name, port: port)
    switch words[0] {
    case "MOVED": self = .moved(slot: slot, host)
    case "ASK": self = .ask(host)
    default: return nil
    }
  }
}
