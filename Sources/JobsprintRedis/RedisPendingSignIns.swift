import JobsprintPorts
import Redis

/// Sign-ins that any server can end. Without Redis this process keeps those that it begins.
struct RedisPendingSignIns: PendingSignIns {
  let client: RedisClient
  let prefix: String
  let local: any PendingSignIns
  let takeovers: Takeovers

  /// ARGV: the value, and its lifetime in milliseconds.
  private static let keeping = RedisScript("return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])")

  private static let taking = RedisScript(
    """
    local value = redis.call('GET', KEYS[1])
    if value then redis.call('DEL', KEYS[1]) end
    return value
    """)

  func keep(_ value: [UInt8], under key: String, for lifetime: Duration) async {
    let arguments: [RedisWord] = [.bytes(value), .number(max(1, Int64(lifetime / .milliseconds(1))))]
    do { try await client.run(Self.keeping, keys: [name(key)], arguments) } catch {
      // Should it be there after all, it ends by itself.
      takeovers.note(.signIns)
      await local.keep(value, under: key, for: lifetime)
    }
  }

  func take(_ key: String) async -> [UInt8]? {
    let own = await local.take(key)
    do {
      let shared = try await client.run(Self.taking, keys: [name(key)], []).bytes
      return own ?? shared
    } catch {
      takeovers.note(.signIns)
      return own
    }
  }

  private func name(_ key: String) -> RedisWord { .text("\(prefix):sign-in:\(key)") }
}
