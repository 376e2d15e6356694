public import JobsprintDomain
public import JobsprintPorts

public struct MemoryAuditLog: AuditLog {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func write(_ entry: AuditEntry) async throws(PortError) {
    try store.withState { state throws(PortError) in try state.note(ChangeRecord(entry)) }
  }

  public func entries(
    matching filter: AuditFilter, in workspace: WorkspaceID, page: PageRequest<AuditEntryID>
  ) async throws(PortError) -> Page<AuditRecord> {
    store.withState { state in
      let matching = state.audit.values.filter { $0.entry.caller.workspace == workspace && filter.matches($0.entry) }
      return Page(newestFirst: matching, of: page, key: \.entry.id) { $0.entry.details.count }
    }
  }

  public func unsealed(limit: Int) async throws(PortError) -> [AuditEntry] {
    store.withState { state in
      let open = state.audit.values.filter { $0.seal == nil }.map(\.entry).sorted { $0.id < $1.id }
      return Array(open.prefix(max(0, limit)))
    }
  }

  public func head(of workspace: WorkspaceID) async throws(PortError) -> AuditSeal? {
    store.withState { state in state.head(of: workspace) }
  }

  public func seal(
    _ seals: [(entry: AuditEntryID, seal: AuditSeal)], after head: AuditSeal?, in workspace: WorkspaceID
  ) async throws(PortError) -> Bool {
    store.withState { state in
      let records = seals.compactMap { seal in
        state.audit[seal.entry].flatMap { record in
          record.seal == nil && record.entry.caller.workspace == workspace
            ? AuditRecord(entry: record.entry, seal: seal.seal) : nil
        }
      }
      guard state.head(of: workspace) == head, records.count == seals.count else { return false }
      for record in records { state.audit[record.entry.id] = record }
      return true
    }
  }

  public func chain(
    after sequence: Int, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> [AuditRecord] {
    store.withState { state in
      let behind = state.chain(of: workspace).filter { $0.sequence > sequence }
      return behind.prefix(max(0, limit)).map(\.record)
    }
  }

  public func checkpoint(of workspace: WorkspaceID) async throws(PortError) -> AuditCheckpoint? {
    store.withState { state in state.checkpoints[workspace] }
  }

  public func remove(upTo checkpoint: AuditCheckpoint, limit: Int) async throws(PortError) -> Int {
    store.withState { state in
      if checkpoint.seal.sequence > state.checkpoints[checkpoint.workspace]?.seal.sequence ?? 0 {
        state.checkpoints[checkpoint.workspace] = checkpoint
      }
      let old = state.chain(of: checkpoint.workspace).filter { $0.sequence <= checkpoint.seal.sequence }
        .prefix(max(0, limit))
      for link in old { state.audit[link.record.entry.id] = nil }
      return old.count
    }
  }
}

extension MemoryState {
  /// Sealed entries by their sequence.
  fileprivate func chain(of workspace: WorkspaceID) -> [(sequence: Int, record: AuditRecord)] {
    audit.values.filter { $0.entry.caller.workspace == workspace }
      .compactMap { record in record.seal.map { ($0.sequence, record) } }.sorted { $0.0 < $1.0 }
  }

  func head(of workspace: WorkspaceID) -> AuditSeal? {
    chain(of: workspace).last?.record.seal ?? checkpoints[workspace]?.seal
  }
}

extension AuditFilter {
  fileprivate func matches(_ entry: AuditEntry) -> Bool {
    if let action, action != entry.action { return false }
    if let subject, !subject.utf8.elementsEqual(entry.subject.utf8) { return false }
    if let actor, !actor.utf8.elementsEqual(entry.caller.actor.id.utf8) { return false }
    if let requestID, !requestID.utf8.elementsEqual((entry.caller.requestID ?? "").utf8) { return false }
    if let address, !address.utf8.elementsEqual((entry.caller.address ?? "").utf8) { return false }
    if let after, entry.at <= after { return false }
    if let before, entry.at >= before { return false }
    guard let text else { return true }
    return Words(of: [
      entry.action.rawValue, entry.caller.actor.kind, entry.caller.actor.id, entry.subject,
      String(decoding: entry.details, as: UTF8.self),
    ]).match(text)
  }
}
