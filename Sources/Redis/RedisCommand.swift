import CHiredis

/// One word of a command: any bytes.
public enum RedisWord: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  case text(String)
  case bytes([UInt8])
  case number(Int64)

  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int64) { self = .number(value) }

  var bytes: [UInt8] {
    switch self {
    case .text(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    case .number(let number): Array("\(number)".utf8)
    }
  }
}

/// One command, ready to be sent. Words are never parsed again, so nothing has to be quoted.
public struct RedisCommand: Sendable {
  /// Chooses the node of a cluster; nil: any node can answer.
  let key: [UInt8]?
  /// As it is sent.
  let wire: [UInt8]

  /// A command that concerns no key, such as `PUBLISH`.
  public init(_ name: String, _ arguments: RedisWord...) {
    self.init(words: [.text(name)] + arguments, key: nil)
  }

  /// A command whose first argument is its key.
  public init(_ name: String, key: RedisWord, _ arguments: RedisWord...) {
    self.init(words: [.text(name), key] + arguments, key: key)
  }

  init(words: [RedisWord], key: RedisWord?) {
    self.key = key?.bytes
    wire = Self.formatted(words)
  }

  private init(key: [UInt8]?, wire: [UInt8]) {
    self.key = key
    self.wire = wire
  }

  /// Behind the word with which a node of a cluster serves a slot that is just coming to it.
  var asking: RedisCommand { RedisCommand(key: key, wire: Self.formatted(["ASKING"]) + wire) }

  private static func formatted(_ words: [RedisWord]) -> [UInt8] {
    var text: [UInt8] = []
    var lengths: [Int] = []
    for word in words {
      let bytes = word.bytes
      text += bytes
      lengths.append(bytes.count)
    }
    return text.withUnsafeBufferPointer { text in
      // An empty word still needs an address.
      text.withMemoryRebound(to: CChar.self) { text in
        var places: [UnsafePointer<CChar>?] = []
        var next = 0
        for length in lengths {
          places.append(text.baseAddress.map { $0 + next })
          next += length
        }
        var target: UnsafeMutablePointer<CChar>?
        let count = redisFormatCommandArgv(&target, Int32(words.count), &places, lengths)
        guard count > 0, let target else { return [] }
        defer { redisFreeCommand(target) }
        return Array(UnsafeRawBufferPointer(start: target, count: Int(count)))
      }
    }
  }
}
