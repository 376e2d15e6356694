import Crypto
import JobsprintDomain
import JobsprintPorts
import Redis

/// Counts the attempts that all servers see. Without Redis this process counts those it sees itself.
struct RedisAttemptLedger: AttemptLedger {
  let client: RedisClient
  let prefix: String
  let local: any AttemptLedger
  let takeovers: Takeovers

  /// A hash of each subject: failures, the last attempt, and until when none is looked at. ARGV: now, memory, first and
  /// longest wait, then the free attempts of each key.
  private static let begin = RedisScript(
    """
    local now, memory = tonumber(ARGV[1]), tonumber(ARGV[2])
    local first, longest = tonumber(ARGV[3]), tonumber(ARGV[4])
    local wait = 0
    for _, key in ipairs(KEYS) do
      wait = math.max(wait, tonumber(redis.call('HGET', key, 'b') or 0) - now)
    end
    if wait > 0 then return wait end
    for i, key in ipairs(KEYS) do
      local known = redis.call('HMGET', key, 'f', 'l')
      local failures = tonumber(known[1] or 0)
      if now - tonumber(known[2] or now) > memory then failures = 0 end
      failures = failures + 1
      local beyond, blocked = failures - tonumber(ARGV[4 + i]), now
      if beyond > 0 then blocked = now + math.min(longest, first * 2 ^ math.min(beyond - 1, 20)) end
      redis.call('HSET', key, 'f', failures, 'l', ARGV[1], 'b', string.format('%d', blocked))
      redis.call('PEXPIRE', key, memory + longest)
    end
    return 0
    """)

  /// ARGV: now, then 1 for each key that begins anew.
  private static let succeeded = RedisScript(
    """
    for i, key in ipairs(KEYS) do
      local failures = tonumber(redis.call('HGET', key, 'f') or 0)
      if ARGV[1 + i] == '1' or failures < 2 then
        redis.call('DEL', key)
      else
        redis.call('HSET', key, 'f', failures - 1, 'b', ARGV[1])
      end
    end
    return 0
    """)

  func begin(_ subjects: [AttemptSubject], at now: Timestamp) async -> Duration? {
    guard !subjects.isEmpty else { return nil }
    let times = [AttemptRule.memory, AttemptRule.firstWait, AttemptRule.longestWait].map {
      RedisWord.number(Int64($0 / .milliseconds(1)))
    }
    let arguments = [.number(now.milliseconds)] + times + subjects.map { .number(Int64($0.free)) }
    guard let wait = try? await client.run(Self.begin, keys: subjects.map(key), arguments).integer else {
      takeovers.note(.attempts)
      return await local.begin(subjects, at: now)
    }
    return wait > 0 ? .milliseconds(wait) : nil
  }

  func succeeded(_ subjects: [AttemptSubject], at now: Timestamp) async {
    guard !subjects.isEmpty else { return }
    let arguments = [.number(now.milliseconds)] + subjects.map { RedisWord.number($0.kind == .account ? 1 : 0) }
    // Both: the attempt may have been counted there or here.
    await local.succeeded(subjects, at: now)
    do { try await client.run(Self.succeeded, keys: subjects.map(key), arguments) } catch { takeovers.note(.attempts) }
  }

  /// What somebody has typed is not shown to who looks into Redis.
  private func key(_ subject: AttemptSubject) -> RedisWord {
    let name = Array(SHA256.hash(data: Array(subject.name.utf8))).hexadecimalText
    return .text("\(prefix):{attempts}:\(subject.kind.rawValue):\(name)")
  }
}
