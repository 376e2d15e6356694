public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresTagStore: TagStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func create(
    _ tag: Tag, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await storage.write(in: [workspace]) { transaction in
      try await transaction.note(record) { CreateOutcome.replayed($0) }
      guard try await transaction.run(InsertTag(workspace: workspace, tag: tag)) == 1 else {
        try transaction.abandon(with: CreateOutcome.nameTaken)
      }
      return CreateOutcome.created
    }
  }

  public func tag(_ id: TagID, in workspace: WorkspaceID) async throws(PortError) -> Tag? {
    try await storage.read(FindTag(workspace: workspace, id: id), in: [workspace]).first
  }

  public func rename(
    _ id: TagID, to name: String, in workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Tag> {
    try await storage.write(in: [workspace]) { transaction in
      do {
        let renaming = RenameTag(workspace: workspace, id: id, newName: name, time: time)
        guard let tag = try await transaction.first(renaming) else { return UpdateOutcome<Tag>.notFound }
        try await transaction.note(record)
        return .updated(tag)
      } catch let error as PostgresError where error.constraint == RenameTag.uniqueName {
        try transaction.abandon(with: UpdateOutcome<Tag>.nameTaken)
      }
    }
  }

  public func delete(
    _ id: TagID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Tag? {
    try await storage.write(in: [workspace]) { transaction in
      guard let tag = try await transaction.first(DeleteTag(workspace: workspace, id: id)) else { return nil }
      try await transaction.note(record)
      return tag
    }
  }

  public func tags(in workspace: WorkspaceID, page: PageRequest<TagID>) async throws(PortError) -> Page<Tag> {
    Page(
      rows: try await storage.list(in: workspace, ListTags.decode) {
        try ListTags(workspace: workspace, page: page).command()
      })
  }
}
