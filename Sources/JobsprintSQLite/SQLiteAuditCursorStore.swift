public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteAuditCursorStore: AuditCursorStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func behind(_ stream: AuditStream, limit: Int) async throws(PortError) -> [AuditCursor] {
    try await database.read { try $0.all(ListCursorsBehind(stream: stream, limit: max(0, limit))) }
  }

  public func cursor(
    of workspace: WorkspaceID, in stream: AuditStream
  ) async throws(PortError) -> AuditCursor? {
    try await database.read { try $0.first(FindAuditCursor(stream: stream, workspace: workspace)) }
  }

  public func move(_ cursor: AuditCursor) async throws(PortError) -> Bool {
    try await database.write { try $0.run(MoveAuditCursor(cursor: cursor)) == 1 }
  }
}
