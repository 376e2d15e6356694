public import JobsprintDomain

/// Who gets the entries of the audit log as they are sealed.
public protocol AuditSink: Sendable {
  /// - Parameters:
  ///   - records: sealed entries of the workspace, in the order of its chain and without a gap.
  /// - Returns: nil where all were taken.
  /// - Throws: where it did not take them, or nobody can say: they come again.
  func deliver(_ records: [AuditRecord], of workspace: WorkspaceID) async throws -> AuditRejection?
}

/// Of entries that were delivered some will never be taken: none comes again.
public struct AuditRejection: Error, Sendable, CustomStringConvertible {
  public let count: Int
  public let description: String

  /// - Parameter description: what happened, which entries, and what to do.
  public init(count: Int, description: String) {
    self.count = count
    self.description = description
  }
}
