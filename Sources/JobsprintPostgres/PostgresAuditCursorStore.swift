public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresAuditCursorStore: AuditCursorStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func behind(_ stream: AuditStream, limit: Int) async throws(PortError) -> [AuditCursor] {
    try await storage.read(ListCursorsBehind(stream: stream, limit: max(0, limit)), as: .keeper, in: [])
  }

  public func cursor(
    of workspace: WorkspaceID, in stream: AuditStream
  ) async throws(PortError) -> AuditCursor? {
    try await storage.read(FindAuditCursor(stream: stream, workspace: workspace), in: [workspace]).first
  }

  public func move(_ cursor: AuditCursor) async throws(PortError) -> Bool {
    try await storage.write(as: .keeper, in: [cursor.workspace]) { transaction in
      try await transaction.run(MoveAuditCursor(cursor: cursor)) == 1
    }
  }
}
