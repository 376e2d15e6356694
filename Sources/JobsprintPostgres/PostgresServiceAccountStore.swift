public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresServiceAccountStore: ServiceAccountStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func create(
    _ account: ServiceAccount, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await storage.write(in: [account.workspace]) { transaction in
      try await transaction.note(record) { CreateOutcome.replayed($0) }
      guard try await transaction.run(InsertServiceAccount(account: account)) == 1 else {
        try transaction.abandon(with: CreateOutcome.nameTaken)
      }
      return CreateOutcome.created
    }
  }

  public func account(_ id: UserID, in workspace: WorkspaceID) async throws(PortError) -> ServiceAccount? {
    try await storage.read(FindServiceAccount(workspace: workspace, id: id), in: [workspace]).first
  }

  public func accounts(
    in workspace: WorkspaceID, page: PageRequest<UserID>
  ) async throws(PortError) -> Page<ServiceAccount> {
    Page(
      rows: try await storage.list(in: workspace, ListServiceAccounts.decode) {
        try ListServiceAccounts(workspace: workspace, page: page).command()
      })
  }

  public func update(
    _ id: UserID, in workspace: WorkspaceID, name: String?, role: Role?, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<ServiceAccount> {
    try await storage.write(in: [workspace]) { transaction in
      do {
        let change = UpdateServiceAccount(workspace: workspace, id: id, newName: name, role: role, time: time)
        guard let account = try await transaction.first(change) else { return UpdateOutcome<ServiceAccount>.notFound }
        try await transaction.note(record)
        return .updated(account)
      } catch let error as PostgresError where error.constraint == UpdateServiceAccount.uniqueName {
        try transaction.abandon(with: UpdateOutcome<ServiceAccount>.nameTaken)
      }
    }
  }

  public func delete(
    _ id: UserID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ServiceAccount? {
    try await storage.write(in: [workspace]) { transaction -> ServiceAccount? in
      let delete = DeleteServiceAccount(workspace: workspace, id: id)
      guard let account = try await transaction.first(delete) else { return nil }
      try await transaction.run(DeleteAPIKeysOfOwner(workspace: workspace, owner: id))
      try await transaction.note(record)
      return account
    }
  }
}
