public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteIdempotencyStore: IdempotencyStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func keep(_ record: IdempotencyRecord) async throws(PortError) -> IdempotencyRecord? {
    try await database.write { try $0.insertUnlessUsed(record) }
  }

  public func record(of key: String, in workspace: WorkspaceID) async throws(PortError) -> IdempotencyRecord? {
    try await database.read { try $0.first(FindIdempotencyKey(workspace: workspace, key: key)) }
  }

  public func forget(before time: Timestamp, limit: Int) async throws(PortError) -> Int {
    try await database.write { try $0.run(ForgetIdempotencyKeys(time: time, limit: max(0, limit))) }
  }
}

extension Connection {
  /// What was kept for the key of a request before; nil where the key is unused or there is none.
  func used(_ record: IdempotencyRecord?) throws -> IdempotencyRecord? {
    guard let record else { return nil }
    return try first(FindIdempotencyKey(workspace: record.workspace, key: record.key))
  }

  /// Stores what is kept for a key.
  /// - Returns: what was kept for it before; then nothing is stored.
  func insertUnlessUsed(_ record: IdempotencyRecord) throws -> IdempotencyRecord? {
    if let used = try used(record) { return used }
    try run(InsertIdempotencyKey(record: record))
    return nil
  }
}
