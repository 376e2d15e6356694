import JobsprintDomain
import JobsprintPorts
import Redis

/// Locks of all processes. While Redis is away nobody gets one, and who holds one stops: what needs it waits.
struct RedisLocks: LockService {
  let client: RedisClient
  let prefix: String
  let clock: any WallClock
  let takeovers: Takeovers

  /// KEYS: the lock, and the number of its last holder, which stays. ARGV: token, lease and time in milliseconds. The
  /// number is never below the time, so that it rises also where Redis has lost the last one.
  private static let acquiring = RedisScript(
    """
    if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
    local fence = math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, tonumber(ARGV[3]))
    redis.call('SET', KEYS[2], string.format('%d', fence))
    return fence
    """)

  /// ARGV: token, lease in milliseconds.
  private static let renewing = RedisScript(
    """
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('PEXPIRE', KEYS[1], ARGV[2])
    """)

  private static let releasing = RedisScript(
    """
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
    return redis.call('DEL', KEYS[1])
    """)

  func acquire(_ name: String, for lease: Duration) async -> HeldLock? {
    let token = String(UInt64.random(in: 0 ... .max), radix: 36)
    let arguments: [RedisWord] = [.text(token), milliseconds(lease), .number(clock.now.milliseconds)]
    let keys = [key(name), .text("\(prefix):{lock:\(name)}:fence")]
    guard let fence = try? await client.run(Self.acquiring, keys: keys, arguments).integer else {
      takeovers.note(.locks)
      return nil
    }
    return fence > 0 ? HeldLock(name: name, fence: Int(fence), token: token) : nil
  }

  func renew(_ lock: HeldLock, for lease: Duration) async -> Bool {
    let arguments: [RedisWord] = [.text(lock.token), milliseconds(lease)]
    guard let answer = try? await client.run(Self.renewing, keys: [key(lock.name)], arguments).integer else {
      takeovers.note(.locks)
      return false
    }
    return answer == 1
  }

  func release(_ lock: HeldLock) async {
    do { try await client.run(Self.releasing, keys: [key(lock.name)], [.text(lock.token)]) } catch {
      // It ends by itself.
      takeovers.note(.locks)
    }
  }

  private func key(_ name: String) -> RedisWord { .text("\(prefix):{lock:\(name)}") }

  private func milliseconds(_ duration: Duration) -> RedisWord { .number(max(1, Int64(duration / .milliseconds(1)))) }
}
