// Access tokens: JWTs (RFC 7519, HS256, RFC 9068's type) that a client sends with each request. Issuer, audience and
// kind are checked, and a ticket of a wake-up, signed by another ring, is never one of these. Who a token speaks for is
// then looked up: a token is no longer good than its session.

import Crypto
public import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// For whom an access token speaks.
public struct AccessClaims: Sendable, Hashable {
  public let user: UserID
  public let session: SessionID
  public let workspace: WorkspaceID
  public let expiresAt: Timestamp

  public init(user: UserID, session: SessionID, workspace: WorkspaceID, expiresAt: Timestamp) {
    self.user = user
    self.session = session
    self.workspace = workspace
    self.expiresAt = expiresAt
  }
}

public final class AccessTokenRing: Sendable {
  fileprivate static let issuer = "jobsprint"
  fileprivate static let audience = "jobsprint-api"
  fileprivate static let kind = "access"
  /// RFC 9068, 2.1.
  private static let type = "at+jwt"
  /// Longer ones are not looked at. Our own have about 500 bytes.
  private static let longest = 4096
  /// Between the clocks of two machines, for what is to be good already.
  fileprivate static let skew = 60
  private static let mostKnown = 10_000

  private let ring: JWTRing
  private let clock: any WallClock
  /// By SHA-256 of the whole token.
  private let verified = Mutex<[[UInt8]: AccessClaims]>([:])

  /// - Parameter keys: the first signs, all are accepted.
  /// - Returns: nil without a key.
  public init?(_ keys: [NamedKey], clock: any WallClock) {
    guard let ring = JWTRing(keys.map { ($0.id, $0.secret) }, type: Self.type) else { return nil }
    self.ring = ring
    self.clock = clock
  }

  /// - Parameter expiresAt: cut to whole seconds.
  public func token(for claims: AccessClaims) -> String {
    // Seconds since 1970, as the RFC has them.
    let now = JSONValue.integer(clock.now.milliseconds / 1000)
    return ring.sign([
      "iss": .string(Self.issuer), "aud": .string(Self.audience), "knd": .string(Self.kind),
      "sub": .string("\(claims.user)"), "sid": .string("\(claims.session)"), "wsp": .string("\(claims.workspace)"),
      "iat": now, "nbf": now, "exp": .integer(claims.expiresAt.milliseconds / 1000),
    ])
  }

  /// Whether a text has the form of a JWT; an API key never has.
  public static func hasForm(of text: String) -> Bool { text.hasPrefix("eyJ") && text.utf8.count { $0 == 0x2E } == 2 }

  /// nil for a token that is not of this ring, not yet or no longer good, or of another kind.
  public func claims(of token: String) -> AccessClaims? {
    guard token.utf8.count <= Self.longest else { return nil }
    let now = clock.now
    let hash = Array(SHA256.hash(data: Array(token.utf8)))
    if let known = verified.withLock({ $0[hash] }) { return known.expiresAt > now ? known : nil }
    guard let claims = try? ring.verify(token).access(at: Int(now.milliseconds / 1000)) else { return nil }
    verified.withLock { verified in
      if verified.count >= Self.mostKnown { verified = verified.filter { $0.value.expiresAt > now } }
      if verified.count >= Self.mostKnown { verified.removeAll() }
      verified[hash] = claims
    }
    return claims
  }
}

extension JSONValue {
  /// What these claims give access to; nil where one is missing or wrong.
  /// - Parameter now: seconds since 1970.
  fileprivate func access(at now: Int) -> AccessClaims? {
    guard self["iss"] == .string(AccessTokenRing.issuer), self["aud"] == .string(AccessTokenRing.audience),
      self["knd"] == .string(AccessTokenRing.kind),
      let user = self["sub"]?.stringValue.flatMap({ UserID($0) }),
      let session = self["sid"]?.stringValue.flatMap({ SessionID($0) }),
      let workspace = self["wsp"]?.stringValue.flatMap({ WorkspaceID($0) }),
      let issued = self["iat"]?.integerValue, issued <= now + AccessTokenRing.skew,
      let begin = self["nbf"]?.integerValue, begin <= now + AccessTokenRing.skew,
      let end = self["exp"]?.integerValue, end > now, end < Int.max / 1000
    else { return nil }
    return AccessClaims(
      user: user, session: session, workspace: workspace, expiresAt: Timestamp(milliseconds: Int64(end) * 1000))
  }
}
