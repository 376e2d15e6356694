// Ids of the platform: a UUIDv7 each, of a type of their own, so that a workflow's id is never taken for an
// execution's.

/// The id of a `Kind`.
public struct Identifier<Kind>: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let uuid: UUIDv7

  @inlinable
  public init(_ uuid: UUIDv7) { self.uuid = uuid }

  /// nil when the text is not a UUID.
  public init?(_ text: String) {
    guard let uuid = UUIDv7(text) else { return nil }
    self.uuid = uuid
  }

  public var description: String { uuid.description }

  public static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

public enum WorkspaceKind {}
public enum WorkflowKind {}
public enum VersionKind {}
public enum ExecutionKind {}
public enum ExecutorKind {}
public enum TagKind {}
public enum VariableKind {}
public enum CredentialKind {}
public enum APIKeyKind {}
public enum AuditEntryKind {}
public enum UserKind {}
public enum SessionKind {}
public enum OneTimeTokenKind {}
public enum IdentityKind {}

public typealias WorkspaceID = Identifier<WorkspaceKind>
public typealias WorkflowID = Identifier<WorkflowKind>
public typealias VersionID = Identifier<VersionKind>
public typealias ExecutionID = Identifier<ExecutionKind>
public typealias ExecutorID = Identifier<ExecutorKind>
public typealias TagID = Identifier<TagKind>
public typealias VariableID = Identifier<VariableKind>
public typealias CredentialID = Identifier<CredentialKind>
public typealias APIKeyID = Identifier<APIKeyKind>
public typealias AuditEntryID = Identifier<AuditEntryKind>
public typealias UserID = Identifier<UserKind>
public typealias SessionID = Identifier<SessionKind>
public typealias OneTimeTokenID = Identifier<OneTimeTokenKind>
public typealias IdentityID = Identifier<IdentityKind>

extension WorkspaceID {
  /// The workspace that every installation has from its first start.
  public static let initial = WorkspaceID(UUIDv7(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0001))
}
