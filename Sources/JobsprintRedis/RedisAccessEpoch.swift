import JobsprintPorts
import Redis
import Synchronization

/// One mark for all servers. It is a random one each time, so that a Redis that has lost it never shows an old one
/// again.
final class RedisAccessEpoch: AccessEpoch {
  private let client: RedisClient
  private let key: RedisWord
  private let takeovers: Takeovers
  /// A change that others were not told of.
  private let isOwed = Mutex(false)

  init(client: RedisClient, prefix: String, takeovers: Takeovers) {
    self.client = client
    self.takeovers = takeovers
    key = .text("\(prefix):access:epoch")
  }

  func current() async -> AccessMark? {
    if isOwed.withLock({ $0 }) { await advance() }
    if isOwed.withLock({ $0 }) { return nil }
    guard let value = try? await client.send(RedisCommand("GET", key: key)) else {
      takeovers.note(.access)
      return nil
    }
    return AccessMark(value.text ?? "none")
  }

  func advance() async {
    let mark = String(UInt64.random(in: 0 ... .max), radix: 36)
    do {
      try await client.send(RedisCommand("SET", key: key, .text(mark)))
      isOwed.withLock { $0 = false }
    } catch {
      takeovers.note(.access)
      isOwed.withLock { $0 = true }
    }
  }
}
