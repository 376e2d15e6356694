import JobsprintDomain
public import JobsprintPorts

/// A limiter with the clock that it goes by.
public struct RateLimiterUnderTest: Sendable {
  public let limiter: any RateLimiter
  public let clock: TestClock

  public init(limiter: any RateLimiter, clock: TestClock) {
    self.limiter = limiter
    self.clock = clock
  }

  fileprivate func decide(_ charges: RateCharge...) async -> RateDecision? {
    await limiter.decide(charges, of: "owner")
  }
}

/// What every ``RateLimiter`` promises.
public enum RateLimiterConformance {
  /// The beginning of a stretch of 10 s.
  private static let begin = Timestamp(milliseconds: 1_800_000_000_000)

  private static func charge(_ subject: String, _ limit: Int) -> RateCharge {
    RateCharge(subject: subject, quota: RateQuota(limit: limit, window: .seconds(10)))
  }

  public static let checks: [ConformanceCheck<RateLimiterUnderTest>] = [
    ConformanceCheck("so many are allowed, and the next one when the window has moved on") { subject in
      subject.clock.now = begin
      for left in [3, 2, 1, 0] {
        let decision = await subject.decide(charge("a", 4))
        try expect(decision?.isAllowed, is: true)
        try expect(decision?.tightest.remaining, is: left)
      }
      subject.clock.now = begin + .seconds(8)
      let refused = await subject.decide(charge("a", 4))
      try expect(refused?.isAllowed, is: false)
      // 2 s to the next stretch, and a quarter of it until one of the four has left the window.
      try expect(refused?.tightest.wait, is: .milliseconds(4500))
      subject.clock.now = begin + .milliseconds(12_499)
      try expect(await subject.decide(charge("a", 4))?.isAllowed, is: false)
      subject.clock.now = begin + .milliseconds(12_500)
      try expect(await subject.decide(charge("a", 4))?.isAllowed, is: true)
      try expect(await subject.decide(charge("a", 4))?.isAllowed, is: false)
      subject.clock.now = begin + .seconds(40)
      for _ in 0..<4 { try expect(await subject.decide(charge("a", 4))?.isAllowed, is: true) }
    },
    ConformanceCheck("a refused request counts for none of its charges") { subject in
      subject.clock.now = begin
      try expect(await subject.decide(charge("key", 10), charge("user", 1))?.isAllowed, is: true)
      for _ in 0..<20 {
        let refused = await subject.decide(charge("key", 10), charge("user", 1))
        try expect(refused?.isAllowed, is: false)
        try expect(refused?.tightest.quota.limit, is: 1)
      }
      try expect(await subject.decide(charge("key", 10))?.tightest.remaining, is: 8)
    },
    ConformanceCheck("others are counted apart, and many at once are all counted") { subject in
      subject.clock.now = begin
      let allowed = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<200 { group.addTask { await subject.decide(charge("a", 50))?.isAllowed ?? false } }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      try expect(allowed, is: 50)
      try expect(await subject.decide(charge("b", 50))?.tightest.remaining, is: 49)
    },
    ConformanceCheck("a clock that goes back frees nobody") { subject in
      subject.clock.now = begin + .seconds(10)
      for _ in 0..<4 { try expect(await subject.decide(charge("a", 4))?.isAllowed, is: true) }
      subject.clock.now = begin
      try expect(await subject.decide(charge("a", 4))?.isAllowed, is: false)
    },
    ConformanceCheck("nothing to count against decides nothing") { subject in
      try expect(await subject.decide(), is: nil)
    },
  ]
}
