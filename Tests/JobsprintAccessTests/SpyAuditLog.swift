import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import Synchronization

/// Counts what it is asked, and fails on demand.
final class SpyAuditLog: AuditLog {
  private let audit: MemoryAuditLog
  private let state = Mutex<(calls: Int, isBroken: Bool)>((0, false))

  init(_ audit: MemoryAuditLog) { self.audit = audit }

  var calls: Int { state.withLock { $0.calls } }
  var isBroken: Bool {
    get { state.withLock { $0.isBroken } }
    set { state.withLock { $0.isBroken = newValue } }
  }

  private func count() throws(PortError) {
    let isBroken = state.withLock { state in
      state.calls += 1
      return state.isBroken
    }
    if isBroken { throw PortError(.unavailable, "broken") }
  }

  func write(_ entry: AuditEntry) async throws(PortError) {
    try count()
    try await audit.write(entry)
  }

  func entries(
    matching filter: AuditFilter, in workspace: WorkspaceID, page: PageRequest<AuditEntryID>
  ) async throws(PortError) -> Page<AuditRecord> {
    try count()
    return try await audit.entries(matching: filter, in: workspace, page: page)
  }

  func unsealed(limit: Int) async throws(PortError) -> [AuditEntry] {
    try count()
    return try await audit.unsealed(limit: limit)
  }

  func head(of workspace: WorkspaceID) async throws(PortError) -> AuditSeal? {
    try count()
    return try await audit.head(of: workspace)
  }

  func seal(
    _ seals: [(entry: AuditEntryID, seal: AuditSeal)], after head: AuditSeal?, in workspace: WorkspaceID
  ) async throws(PortError) -> Bool {
    try count()
    return try await audit.seal(seals, after: head, in: workspace)
  }

  func chain(after sequence: Int, in workspace: WorkspaceID, limit: Int) async throws(PortError) -> [AuditRecord] {
    try count()
    return try await audit.chain(after: sequence, in: workspace, limit: limit)
  }

  func checkpoint(of workspace: WorkspaceID) async throws(PortError) -> AuditCheckpoint? {
    try count()
    return try await audit.checkpoint(of: workspace)
  }

  func remove(upTo checkpoint: AuditCheckpoint, limit: Int) async throws(PortError) -> Int {
    try count()
    return try await audit.remove(upTo: checkpoint, limit: limit)
  }
}

/// A log whose chain is not what was written.
struct TamperedAuditLog: AuditLog {
  let audit: MemoryAuditLog
  /// nil removes the record.
  let change: @Sendable (AuditRecord) -> AuditRecord?

  func write(_ entry: AuditEntry) async throws(PortError) { try await audit.write(entry) }

  func chain(after sequence: Int, in workspace: WorkspaceID, limit: Int) async throws(PortError) -> [AuditRecord] {
    try await audit.chain(after: sequence, in: workspace, limit: limit).compactMap(change)
  }

  func entries(
    matching filter: AuditFilter, in workspace: WorkspaceID, page: PageRequest<AuditEntryID>
  ) async throws(PortError) -> Page<AuditRecord> {
    try await audit.entries(matching: filter, in: workspace, page: page)
  }

  func unsealed(limit: Int) async throws(PortError) -> [AuditEntry] { try await audit.unsealed(limit: limit) }

  func head(of workspace: WorkspaceID) async throws(PortError) -> AuditSeal? { try await audit.head(of: workspace) }

  func seal(
    _ seals: [(entry: AuditEntryID, seal: AuditSeal)], after head: AuditSeal?, in workspace: WorkspaceID
  ) async throws(PortError) -> Bool { try await audit.seal(seals, after: head, in: workspace) }

  func checkpoint(of workspace: WorkspaceID) async throws(PortError) -> AuditCheckpoint? {
    try await audit.checkpoint(of: workspace)
  }

  func remove(upTo checkpoint: AuditCheckpoint, limit: Int) async throws(PortError) -> Int {
    try await audit.remove(upTo: checkpoint, limit: limit)
  }
}
