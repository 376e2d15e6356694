public import JobsprintDomain

/// Who gets the entries of the audit log as they are sealed.
public protocol AuditSink: Sendable {
  /// - Parameters:
  ///   - records: sealed entries of the workspace, in the order of its chain and without a gap.
  /// - Throws: where it did not take them, or nobody can say: they come again.
  func deliver(_ records: [AuditRecord], of workspace: WorkspaceID) async throws
}
