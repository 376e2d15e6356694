public import JobsprintDomain
public import JobsprintPorts

public struct MemoryAuditCursorStore: AuditCursorStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func behind(_ stream: AuditStream, limit: Int) async throws(PortError) -> [AuditCursor] {
    store.withState { state in
      let behind = state.workspaces.keys.sorted().compactMap { workspace -> AuditCursor? in
        let cursor =
          state.auditCursors[stream]?[workspace]
          ?? AuditCursor(of: stream, workspace: workspace, sequence: 0, fence: 0)
        return state.head(of: workspace)?.sequence ?? 0 > cursor.sequence ? cursor : nil
      }
      return Array(behind.prefix(max(0, limit)))
    }
  }

  public func cursor(
    of workspace: WorkspaceID, in stream: AuditStream
  ) async throws(PortError) -> AuditCursor? {
    store.withState { state in state.auditCursors[stream]?[workspace] }
  }

  public func move(_ cursor: AuditCursor) async throws(PortError) -> Bool {
    store.withState { state in
      if let present = state.auditCursors[cursor.stream]?[cursor.workspace],
        present.fence > cursor.fence || present.sequence >= cursor.sequence
      {
        return false
      }
      state.auditCursors[cursor.stream, default: [:]][cursor.workspace] = cursor
      return true
    }
  }
}
