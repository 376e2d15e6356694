import JobsprintDomain
import JobsprintPorts
import Redis

/// Counts the requests of all servers: one call of a script for each. Without Redis this process counts what it sees
/// itself.
struct RedisRateLimiter: RateLimiter {
  let client: RedisClient
  let prefix: String
  let clock: any WallClock
  let local: any RateLimiter
  let takeovers: Takeovers

  /// The same as ``RateWindow``: a hash of the stretch of time, its count, and that of the one before. The clocks of
  /// servers may differ a little: nobody falls back into a stretch that is over. ARGV: now, then limit and length of
  /// each key.
  private static let script = RedisScript(
    """
    local now = tonumber(ARGV[1])
    local answer, isAllowed = {}, 1
    local moved = {}
    for i, key in ipairs(KEYS) do
      local limit, length = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
      local known = redis.call('HMGET', key, 's', 'c', 'p')
      local last = tonumber(known[1] or -2)
      local stretch = math.max(math.floor(now / length), last)
      local current, previous = 0, 0
      if last == stretch then current, previous = tonumber(known[2]), tonumber(known[3]) end
      if last == stretch - 1 then previous = tonumber(known[2]) end
      local elapsed = math.max(0, now - stretch * length)
      if current + previous * math.max(0, 1 - elapsed / length) + 1 > limit then isAllowed = 0 end
      moved[i] = {stretch, current, previous, length}
      answer[3 * i - 2], answer[3 * i - 1], answer[3 * i] = current, previous, elapsed
    end
    for i, key in ipairs(KEYS) do
      if isAllowed == 0 then break end
      local m = moved[i]
      redis.call('HSET', key, 's', string.format('%d', m[1]), 'c', m[2] + 1, 'p', m[3])
      redis.call('PEXPIRE', key, 2 * m[4])
      answer[3 * i - 2] = m[2] + 1
    end
    table.insert(answer, 1, isAllowed)
    return answer
    """)

  func decide(_ charges: [RateCharge], of owner: String) async -> RateDecision? {
    guard !charges.isEmpty else { return nil }
    var arguments: [RedisWord] = [.number(clock.now.milliseconds)]
    for charge in charges {
      arguments.append(.number(Int64(charge.quota.limit)))
      arguments.append(.number(max(1, Int64(charge.quota.window / .milliseconds(1)))))
    }
    let keys = charges.map { RedisWord.text("\(prefix):rate:{\(owner)}:\($0.subject)") }
    guard let answer = try? await client.run(Self.script, keys: keys, arguments),
      let decision = Self.decision(answer, on: charges)
    else {
      takeovers.note(.rateLimits)
      return await local.decide(charges, of: owner)
    }
    return decision
  }

  private static func decision(_ answer: RedisValue, on charges: [RateCharge]) -> RateDecision? {
    let numbers = (answer.elements ?? []).compactMap { $0.integer.map { Int($0) } }
    guard numbers.count == 3 * charges.count + 1 else { return nil }
    let windows = charges.indices.map { place in
      RateWindow(
        quota: charges[place].quota, previous: numbers[3 * place + 2], current: numbers[3 * place + 1],
        elapsed: .milliseconds(numbers[3 * place + 3]))
    }
    return RateDecision(isAllowed: numbers[0] == 1, windows)
  }
}
