// Access tokens: JWTs (RFC 7519, HS256, RFC 9068's type) that a client sends with each request. Issuer, audience and kind
// are checked, and a ticket of a wake-up, signed by another ring, is never one of these. Who a token speaks for is then
// looked up: a token is no longer good than its session.

import Crypto
import JWTKit
public import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// For whom an access token speaks.
public struct AccessClaims: Sendable, Hashable {
  public let user: UserID
  public let session: SessionID
  public let workspace: WorkspaceID
  public let expiresAt: Timestamp
}

public final class AccessTokenRing: Sendable {
  /// Longer ones are not looked at. Our own have about 500 bytes.
  private static let longest = 4096
  /// Between the clocks of two machines, for what is to be good already.
  private static let skew: Int64 = 60
  private static let mostKnown = 10_000

  private let ring: JWTRing
  private let clock: any WallClock
  /// By SHA-256 of the whole token.
  private let verified = Mutex<[[UInt8]: AccessClaims]>([:])

  /// - Parameter keys: the first signs, all are accepted.
  /// - Returns: nil without a key.
  public init?(_ keys: [NamedKey], clock: any WallClock) async {
    guard let ring = await JWTRing(keys.map { ($0.id, $0.secret) }, type: AccessToken.type) else { return nil }
    self.ring = ring
    self.clock = clock
  }

  /// - Parameter expiresAt: cut to whole seconds.
  func token(for claims: AccessClaims) async throws -> String {
    let now = clock.now.milliseconds / 1000
    let token = AccessToken(
      iss: AccessToken.issuer, aud: AccessToken.audience, knd: AccessToken.kind, sub: "\(claims.user)",
      sid: "\(claims.session)", wsp: "\(claims.workspace)", iat: now, nbf: now,
      exp: claims.expiresAt.milliseconds / 1000)
    return try await ring.sign(token)
  }

  /// Whether a text has the form of a JWT; an API key never has.
  public static func hasForm(of text: String) -> Bool { text.hasPrefix("eyJ") && text.utf8.count { $0 == 0x2E } == 2 }

  /// nil for a token that is not of this ring, not yet or no longer good, or of another kind.
  func claims(of token: String) async -> AccessClaims? {
    guard token.utf8.count <= Self.longest else { return nil }
    let now = clock.now
    let hash = Array(SHA256.hash(data: Array(token.utf8)))
    if let known = verified.withLock({ $0[hash] }) { return known.expiresAt > now ? known : nil }
    guard ring.hasSigned(accordingToHeaderOf: token), let read = try? await ring.verify(token, as: AccessToken.self),
      let user = UserID(read.sub), let session = SessionID(read.sid), let workspace = WorkspaceID(read.wsp)
    else { return nil }
    let seconds = now.milliseconds / 1000
    guard read.nbf <= seconds + Self.skew, read.iat <= seconds + Self.skew, read.exp > seconds,
      read.exp < Int64.max / 1000
    else { return nil }
    let claims = AccessClaims(
      user: user, session: session, workspace: workspace, expiresAt: Timestamp(milliseconds: read.exp * 1000))
    verified.withLock { verified in
      if verified.count >= Self.mostKnown { verified = verified.filter { $0.value.expiresAt > now } }
      if verified.count >= Self.mostKnown { verified.removeAll() }
      verified[hash] = claims
    }
    return claims
  }
}

/// Times in seconds since 1970, as the RFC has them.
private struct AccessToken: JWTPayload {
  static let issuer = "jobsprint"
  static let audience = "jobsprint-api"
  static let kind = "access"
  /// RFC 9068, 2.1.
  static let type = "at+jwt"

  let iss: String
  let aud: String
  let knd: String
  let sub: String
  let sid: String
  let wsp: String
  let iat: Int64
  let nbf: Int64
  let exp: Int64

  func verify(using algorithm: some JWTAlgorithm) async throws {
    guard iss == Self.issuer, aud == Self.audience, knd == Self.kind else {
      throw JWTError.claimVerificationFailure(
        failedClaim: AudienceClaim(value: [aud]), reason: "made by another, or for another")
    }
  }
}
