public import JobsprintDomain

/// What attempts to sign in are counted for.
public struct AttemptSubject: Sendable, Hashable {
  public enum Kind: String, Sendable {
    case account, address
  }

  public let kind: Kind
  public let name: String

  public static func account(_ name: String) -> AttemptSubject { AttemptSubject(kind: .account, name: name) }
  public static func address(_ name: String) -> AttemptSubject { AttemptSubject(kind: .address, name: name) }

  /// Attempts without a wait. Many people may share an address.
  public var free: Int {
    switch kind {
    case .account: 5
    case .address: 20
    }
  }
}

/// Behind some free attempts each failure doubles the time until the next one is looked at.
public enum AttemptRule {
  public static let firstWait: Duration = .seconds(1)
  public static let longestWait: Duration = .seconds(15 * 60)
  /// Without an attempt for so long, what was before is forgotten.
  public static let memory: Duration = .seconds(3600)
}

/// Counts attempts to sign in by ``AttemptRule``, for all servers together where that can be.
public protocol AttemptLedger: Sendable {
  /// Counts an attempt for all subjects before it is looked at, so that many at once gain nothing.
  /// - Returns: how long to wait, where it is not to be looked at; then it does not count.
  func begin(_ subjects: [AttemptSubject], at now: Timestamp) async -> Duration?

  /// The account is known to be in the right hands: it begins anew. The address may still try others: it is given back
  /// one attempt, and waits no longer.
  func succeeded(_ subjects: [AttemptSubject], at now: Timestamp) async
}
