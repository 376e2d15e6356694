public import JobsprintDomain
public import JobsprintPorts

/// What has to be done now and then.
public struct SQLiteMaintenance: Sendable {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  /// Removes the oldest ended executions of a workspace that were accepted before a time, at most `limit`, in one
  /// transaction.
  /// - Returns: how many; fewer than `limit` when it is done.
  public func expire(
    before time: Timestamp, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> Int {
    try await database.write { connection in
      let old = try connection.all(ListExpired(workspace: workspace, before: time, limit: max(0, limit)))
      for id in old { try connection.remove(id) }
      return old.count
    }
  }
  /// Removes dead letters of a workspace that were redriven or discarded before a time, at most `limit`.
  /// - Returns: how many; fewer than `limit` when it is done.
  public func expireLetters(
    before time: Timestamp, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> Int {
    try await database.write { connection in
      let old = try connection.all(ListExpiredLetters(workspace: workspace, before: time, limit: max(0, limit)))
      for id in old { try connection.run(DeleteDeadLetter(execution: id, workspace: workspace)) }
      return old.count
    }
  }
}

extension Connection {
  /// An execution with all that is kept of it.
  func remove(_ id: ExecutionID) throws {
    try run(DeleteExecution(id: id))
    try run(DeleteInput(execution: id))
    try run(DeleteError(execution: id))
    try run(DeleteJournal(execution: id))
    try run(ClearExecutionTags(execution: id))
  }
}
