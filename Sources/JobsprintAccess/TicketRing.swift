// Tickets: JWTs (RFC 7519, HS256) that travel with wake-ups through the broker, so that a worker answers to nobody who
// can merely write to its queues. Their keys are a ring of their own; no user's token is ever signed with one.

public import JobsprintDomain
public import JobsprintPorts

public final class TicketRing: TicketAuthority {
  /// Longer than a message waits in a queue as a rule; what is older is issued again, and nothing is lost.
  private static let lifetime: Duration = .seconds(3600)
  /// Between the clocks of two machines.
  private static let skew: Duration = .seconds(60)

  private static let issuer = "jobsprint"
  private static let audience = "jobsprint-worker"

  private let ring: JWTRing
  private let clock: any WallClock

  /// - Parameter keys: the first signs, all are accepted: a new key comes first, and the old one leaves an hour later.
  /// - Returns: nil without a key.
  public init?(_ keys: [NamedKey], clock: any WallClock) {
    guard let ring = JWTRing(keys.map { ($0.id, $0.secret) }, type: "JWT") else { return nil }
    self.ring = ring
    self.clock = clock
  }

  public func ticket(for execution: ExecutionID, in workspace: WorkspaceID) async -> String {
    let now = clock.now.milliseconds / 1000
    return ring.sign([
      "iss": .string(Self.issuer), "aud": .string(Self.audience), "sub": .string("\(execution)"),
      "wsp": .string("\(workspace)"), "iat": .integer(now), "exp": .integer(now + Self.lifetime.components.seconds),
    ])
  }

  public func verdict(on ticket: String) async -> TicketVerdict {
    guard ticket.utf8.count <= 4096 else { return .forged("it is longer than 4 KB") }
    let claims: JSONValue
    do { claims = try ring.verify(ticket) } catch { return .forged(error.reason) }
    guard claims["iss"] == .string(Self.issuer), claims["aud"] == .string(Self.audience) else {
      return .forged("it was made by another, or for another")
    }
    guard let execution = claims["sub"]?.stringValue.flatMap({ ExecutionID($0) }),
      let workspace = claims["wsp"]?.stringValue.flatMap({ WorkspaceID($0) })
    else { return .forged("its subject or workspace is no id") }
    // Times in seconds since 1970, as the RFC has them.
    guard let issued = claims["iat"]?.integerValue, let end = claims["exp"]?.integerValue else {
      return .forged("its times are no whole seconds")
    }
    let now = Int(clock.now.milliseconds / 1000)
    let skew = Int(Self.skew.components.seconds)
    guard issued <= now + skew else { return .forged("it comes from the future") }
    return end > now - skew
      ? .valid(execution: execution, workspace: workspace) : .expired(execution: execution, workspace: workspace)
  }
}

extension JWTRefusal {
  /// Without the ticket's text: a log is no place for it.
  fileprivate var reason: String {
    switch self {
    case .header: "its header names no key of this ring with HS256"
    case .signature: "its signature is not that of its key"
    case .claims: "it is unreadable"
    }
  }
}
