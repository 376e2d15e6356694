// How many requests a caller may make: each counts for its API key and for its user, in its class; without either, for
// its address. What is left is said in the fields of draft-ietf-httpapi-ratelimit-headers-09.

import HTTPTypes
import Hummingbird
import JobsprintAccess
import JobsprintDomain
public import JobsprintPorts

public struct RequestLimits: Sendable {
  private let limiter: any RateLimiter
  private let quotas: [RateClass: RateQuota]

  /// - Parameter quotas: a class without one is not limited.
  public init(limiter: any RateLimiter, quotas: [RateClass: RateQuota]) {
    self.limiter = limiter
    self.quotas = quotas
  }

  func isLimited(_ kind: RateClass) -> Bool { quotas[kind] != nil }

  /// Counts a request.
  /// - Returns: fields for its answer; none where nothing limits it.
  /// - Throws: ``Problem`` where there is no room.
  func admit(
    _ holder: Principal.Holder, from address: String?, as kind: RateClass
  ) async throws(Problem) -> [(String, String)] {
    guard let quota = quotas[kind], let (owner, subjects) = Self.subjects(holder, address) else { return [] }
    let charges = subjects.map { RateCharge(subject: "\($0):\(kind.rawValue)", quota: quota) }
    guard let decision = await limiter.decide(charges, of: owner) else { return [] }
    let fields = Self.fields(decision, kind)
    if decision.isAllowed { return fields }
    var problem = Problem.rateLimited(kind, quota)
    problem.headers = fields + [("Retry-After", "\(Self.wholeSeconds(decision.tightest.wait))")]
    throw problem
  }

  /// A key of a user's counts for both, so that many keys give no more than one.
  private static func subjects(_ holder: Principal.Holder, _ address: String?) -> (owner: String, subjects: [String])? {
    let user = holder.user.map { "user:\($0)" }
    switch holder {
    case .key(let id, _): return (user ?? "key:\(id)", ["key:\(id)", user].compactMap { $0 })
    case .session: return user.map { ($0, [$0]) }
    case .nobody: return address.map { ("address:\($0)", ["address:\($0)"]) }
    }
  }

  private static func fields(_ decision: RateDecision, _ kind: RateClass) -> [(String, String)] {
    let window = decision.tightest
    let reset = decision.isAllowed ? window.quota.window - window.elapsed : window.wait
    return [
      ("RateLimit-Policy", "\"\(kind.rawValue)\";q=\(window.quota.limit);w=\(wholeSeconds(window.quota.window))"),
      ("RateLimit", "\"\(kind.rawValue)\";r=\(window.remaining);t=\(wholeSeconds(reset))"),
    ]
  }

  /// Never too few.
  private static func wholeSeconds(_ duration: Duration) -> Int { max(1, Int((duration / .seconds(1)).rounded(.up))) }
}

extension Problem {
  fileprivate static func rateLimited(_ kind: RateClass, _ quota: RateQuota) -> Problem {
    let seconds = Int(quota.window / .seconds(1))
    return Problem(
      status: .tooManyRequests, code: "rate_limited",
      detail: "More than \(quota.limit) requests of the class '\(kind.rawValue)' in \(seconds) s. "
        + "Wait as many seconds as Retry-After says.")
  }
}
