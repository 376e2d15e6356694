public import JobsprintPorts

public struct SQLiteAPIKeyStore: APIKeyStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func key(withHash hash: [UInt8]) async throws(PortError) -> APIKeyRecord? {
    try await database.read { try $0.first(FindAPIKey(hash: hash)) }
  }

  public func insert(_ key: APIKeyRecord) async throws(PortError) {
    try await database.write { _ = try $0.run(InsertAPIKey(key: key)) }
  }

  public func hasAny() async throws(PortError) -> Bool {
    try await database.read { try $0.first(AnyAPIKey()) ?? false }
  }
}
