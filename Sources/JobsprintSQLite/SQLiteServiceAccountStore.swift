public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteServiceAccountStore: ServiceAccountStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func create(
    _ account: ServiceAccount, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let used = try connection.used(record.idempotency) { return .replayed(used) }
      let holder = FindServiceAccountByName(workspace: account.workspace, name: account.name)
      guard try connection.first(holder) == nil else { return .nameTaken }
      try connection.run(InsertServiceAccount(account: account))
      try connection.note(record)
      return .created
    }
  }

  public func account(_ id: UserID, in workspace: WorkspaceID) async throws(PortError) -> ServiceAccount? {
    try await database.read { try $0.first(FindServiceAccount(workspace: workspace, id: id)) }
  }

  public func accounts(
    in workspace: WorkspaceID, page: PageRequest<UserID>
  ) async throws(PortError) -> Page<ServiceAccount> {
    try await database.read { connection in
      let list = ListServiceAccounts(workspace: workspace, after: page.after, limit: page.limitAndOne)
      return try connection.page(list, of: page)
    }
  }

  public func update(
    _ id: UserID, in workspace: WorkspaceID, name: String?, role: Role?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<ServiceAccount> {
    try await database.write { connection in
      let find = FindServiceAccount(workspace: workspace, id: id)
      guard var account = try connection.first(find) else { return .notFound }
      account.name = name ?? account.name
      account.role = role ?? account.role
      account.updatedAt = time
      let holder = try connection.first(FindServiceAccountByName(workspace: workspace, name: account.name))
      guard holder == nil || holder == id else { return .nameTaken }
      try connection.run(UpdateServiceAccount(account: account))
      try connection.note(record)
      return .updated(account)
    }
  }

  public func delete(
    _ id: UserID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ServiceAccount? {
    try await database.write { connection in
      let find = FindServiceAccount(workspace: workspace, id: id)
      guard let account = try connection.first(find) else { return nil }
      for key in try connection.all(ListAPIKeysOfOwner(workspace: workspace, owner: id)) {
        try connection.run(DeleteAPIKey(workspace: workspace, id: key.id))
        try connection.run(NoteDeletedAPIKey(hash: key.hash))
      }
      try connection.run(DeleteServiceAccount(workspace: workspace, id: id))
      try connection.note(record)
      return account
    }
  }
}
