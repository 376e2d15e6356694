public import JobsprintDomain

/// Where the entries of the audit log go; each has cursors of its own.
public enum AuditStream: String, Sendable, Hashable, CaseIterable {
  case webhook, otlp
}

/// How far a receiver has read the chain of a workspace.
public struct AuditCursor: Sendable, Hashable {
  public let stream: AuditStream
  public let workspace: WorkspaceID
  /// Of the last entry that was read; 0: none.
  public let sequence: Int
  /// The fencing number of the lock under which it was moved.
  public let fence: Int

  public init(of stream: AuditStream, workspace: WorkspaceID, sequence: Int, fence: Int) {
    self.stream = stream
    self.workspace = workspace
    self.sequence = sequence
    self.fence = fence
  }
}

/// The cursors of those that get the audit log.
public protocol AuditCursorStore: Sendable {
  /// Of workspaces that have sealed entries behind it, in the order of their ids. Where nothing was read yet it is at
  /// 0.
  func behind(_ stream: AuditStream, limit: Int) async throws(PortError) -> [AuditCursor]

  /// nil where nothing was read yet.
  func cursor(of workspace: WorkspaceID, in stream: AuditStream) async throws(PortError) -> AuditCursor?

  /// Moves a cursor forward.
  /// - Returns: false where a higher fencing number has moved it, or it is as far already: nothing was written.
  func move(_ cursor: AuditCursor) async throws(PortError) -> Bool
}
