public import JobsprintDomain
public import JobsprintPorts

/// Removes the beginning of a chain and leaves a signed checkpoint, so that the rest can still be proved.
public struct AuditRetention: Sendable {
  private let audit: any AuditLog
  private let key: AuditSigningKey
  private let clock: any WallClock

  private static let batch = 1000

  public init(audit: any AuditLog, key: AuditSigningKey, clock: any WallClock) {
    self.audit = audit
    self.key = key
    self.clock = clock
  }

  /// Removes the oldest sealed entries from before a time, at most 1,000 of them.
  /// - Parameter last: entries behind this sequence stay, because somebody still has to read them; nil: nobody has.
  /// - Returns: whether there may be more.
  public func expire(
    before time: Timestamp, in workspace: WorkspaceID, upTo last: Int? = nil
  ) async throws(PortError) -> Bool {
    let removed = try await audit.checkpoint(of: workspace)?.seal.sequence ?? 0
    let oldest = try await audit.chain(after: removed, in: workspace, limit: Self.batch)
    let expired = oldest.prefix { $0.entry.at < time && ($0.seal?.sequence ?? 0) <= last ?? .max }
    guard let end = expired.last?.seal else { return false }
    _ = try await remove(upTo: end.sequence, in: workspace)
    return expired.count == Self.batch
  }

  /// Removes sealed entries up to a sequence, in bounded batches.
  /// - Returns: how many were removed; 0 when the sequence is not in the chain.
  public func remove(upTo sequence: Int, in workspace: WorkspaceID) async throws(PortError) -> Int {
    guard let seal = try await audit.chain(after: sequence - 1, in: workspace, limit: 1).first?.seal,
      seal.sequence == sequence
    else { return 0 }
    let checkpoint = key.checkpoint(of: workspace, at: seal, clock.now)
    var removed = 0
    while true {
      let count = try await audit.remove(upTo: checkpoint, limit: Self.batch)
      removed += count
      if count < Self.batch { return removed }
    }
  }
}
