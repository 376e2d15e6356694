import Crypto

/// A Lua script that servers run at one stroke. It is sent by its hash; a server that does not know it is sent its
/// text.
public struct RedisScript: Sendable {
  private let source: String
  private let hash: String

  /// - Parameter source: of all its keys it is told in `KEYS`; in a cluster they have one hash tag.
  public init(_ source: String) {
    self.source = source
    // The server's own name for it: nothing is protected by it.
    hash = Insecure.SHA1.hash(data: Array(source.utf8)).map { byte in
      let text = String(byte, radix: 16)
      return byte < 16 ? "0" + text : text
    }.joined()
  }

  func byHash(_ keys: [RedisWord], _ arguments: [RedisWord]) -> RedisCommand {
    command("EVALSHA", hash, keys, arguments)
  }

  func bySource(_ keys: [RedisWord], _ arguments: [RedisWord]) -> RedisCommand {
    command("EVAL", source, keys, arguments)
  }

  private func command(
    _ name: String, _ script: String, _ keys: [RedisWord], _ arguments: [RedisWord]
  ) -> RedisCommand {
    RedisCommand(words: [.text(name), .text(script), .number(Int64(keys.count))] + keys + arguments, key: keys.first)
  }
}
