public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresAuditLog: AuditLog {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func write(_ entry: AuditEntry) async throws(PortError) {
    try await storage.write(in: [entry.caller.workspace]) { try await $0.note(ChangeRecord(entry)) }
  }

  public func entries(
    matching filter: AuditFilter, in workspace: WorkspaceID, page: PageRequest<AuditEntryID>
  ) async throws(PortError) -> Page<AuditRecord> {
    Page(
      rows: try await storage.list(in: workspace, ListAuditEntries.decode) {
        try ListAuditEntries(filter: filter, workspace: workspace, page: page).command()
      })
  }

  public func unsealed(limit: Int) async throws(PortError) -> [AuditEntry] {
    try await storage.read(ListUnsealed(limit: max(0, limit)), as: .keeper, in: [])
  }

  public func head(of workspace: WorkspaceID) async throws(PortError) -> AuditSeal? {
    try await storage.read(FindAuditHead(workspace: workspace), in: [workspace]).first
  }

  public func seal(
    _ seals: [(entry: AuditEntryID, seal: AuditSeal)], after head: AuditSeal?, in workspace: WorkspaceID
  ) async throws(PortError) -> Bool {
    guard let last = seals.max(by: { $0.seal.sequence < $1.seal.sequence }) else { return true }
    return try await storage.write(as: .keeper, in: [workspace]) { transaction in
      let move = MoveAuditHead(workspace: workspace, head: last.seal, previous: head)
      guard try await transaction.run(move) == 1,
        try await transaction.run(SealEntries(workspace: workspace, seals: seals)) == seals.count
      else { try transaction.abandon(with: false) }
      return true
    }
  }

  public func chain(
    after sequence: Int, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [AuditRecord] {
    try await storage.read(
      ListChain(workspace: workspace, after: sequence, limit: max(0, limit)), in: [workspace])
  }

  public func checkpoint(of workspace: WorkspaceID) async throws(PortError) -> AuditCheckpoint? {
    try await storage.read(FindCheckpoint(workspace: workspace), in: [workspace]).first
  }

  public func remove(upTo checkpoint: AuditCheckpoint, limit: Int) async throws(PortError) -> Int {
    try await storage.write(as: .keeper, in: [checkpoint.workspace]) { transaction in
      try await transaction.run(WriteCheckpoint(checkpoint: checkpoint))
      return try await transaction.run(RemoveEntries(checkpoint: checkpoint, limit: max(0, limit)))
    }
  }
}
