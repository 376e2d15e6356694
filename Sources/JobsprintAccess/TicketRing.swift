// Tickets: JWTs (RFC 7519, HS256) that travel with wake-ups through the broker, so that a worker answers to nobody who
// can merely write to its queues. Their keys are a ring of their own; no user's token is ever signed with one.

import JWTKit
public import JobsprintDomain
public import JobsprintPorts

public final class TicketRing: TicketAuthority {
  /// One key of the ring.
  public struct Key: Sendable {
    let id: String
    let secret: [UInt8]

    /// - Parameter text: `id:secret`, the secret in at least 64 hexadecimal digits.
    /// - Returns: nil for other text.
    public init?(_ text: some StringProtocol) {
      let parts = text.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, (1...64).contains(parts[0].utf8.count),
        let secret = [UInt8](hexadecimal: String(parts[1])),
        secret.count >= 32
      else { return nil }
      id = String(parts[0])
      self.secret = secret
    }
  }

  /// Longer than a message waits in a queue as a rule; what is older is issued again, and nothing is lost.
  private static let lifetime: Duration = .seconds(3600)
  /// Between the clocks of two machines.
  private static let skew: Duration = .seconds(60)

  private let ring: JWTRing
  private let clock: any WallClock

  /// - Parameter keys: the first signs, all are accepted: a new key comes first, and the old one leaves an hour later.
  /// - Returns: nil without a key.
  public init?(_ keys: [Key], clock: any WallClock) async {
    guard let ring = await JWTRing(keys.map { ($0.id, $0.secret) }, type: "JWT") else { return nil }
    self.ring = ring
    self.clock = clock
  }

  public func ticket(for execution: ExecutionID, in workspace: WorkspaceID) async -> String {
    let now = clock.now.milliseconds / 1000
    let ticket = Ticket(
      iss: Ticket.issuer, aud: Ticket.audience, sub: "\(execution)", wsp: "\(workspace)", iat: now,
      exp: now + Self.lifetime.components.seconds)
    // HMAC of JSON that is made here can't fail; an empty ticket would be refused as forged.
    return (try? await ring.sign(ticket)) ?? ""
  }

  public func verdict(on ticket: String) async -> TicketVerdict {
    guard ticket.utf8.count <= 4096 else { return .forged("it is longer than 4 KB") }
    guard ring.hasSigned(accordingToHeaderOf: ticket) else {
      return .forged("its header names no key of this ring with HS256")
    }
    let claims: Ticket
    do { claims = try await ring.verify(ticket, as: Ticket.self) } catch { return .forged("\(Self.reason(error))") }
    guard let execution = ExecutionID(claims.sub), let workspace = WorkspaceID(claims.wsp) else {
      return .forged("its subject or workspace is no id")
    }
    let now = clock.now.milliseconds / 1000
    let skew = Self.skew.components.seconds
    guard claims.iat <= now + skew else { return .forged("it comes from the future") }
    return claims.exp + skew > now
      ? .valid(execution: execution, workspace: workspace) : .expired(execution: execution, workspace: workspace)
  }

  /// Without the ticket's text: a log is no place for it.
  private static func reason(_ error: any Error) -> String {
    (error as? JWTError).map { "\($0.errorType)" } ?? "it is unreadable"
  }
}

/// Times in seconds since 1970, as the RFC has them.
private struct Ticket: JWTPayload {
  static let issuer = "jobsprint"
  static let audience = "jobsprint-worker"

  let iss: String
  let aud: String
  let sub: String
  let wsp: String
  let iat: Int64
  let exp: Int64

  func verify(using algorithm: some JWTAlgorithm) async throws {
    guard iss == Self.issuer, aud == Self.audience else {
      throw JWTError.claimVerificationFailure(
        failedClaim: AudienceClaim(value: [aud]), reason: "made by another, or for another")
    }
  }
}
