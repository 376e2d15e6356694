public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteTagStore: TagStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func create(
    _ tag: Tag, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let used = try connection.used(record.idempotency) { return .replayed(used) }
      guard try connection.first(FindTagByName(workspace: workspace, name: tag.name)) == nil else { return .nameTaken }
      try connection.run(InsertTag(workspace: workspace, tag: tag))
      try connection.note(record)
      return .created
    }
  }

  public func tag(_ id: TagID, in workspace: WorkspaceID) async throws(PortError) -> Tag? {
    try await database.read { try $0.first(FindTag(workspace: workspace, id: id)) }
  }

  public func rename(
    _ id: TagID, to name: String, in workspace: WorkspaceID, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<Tag> {
    try await database.write { connection in
      guard var tag = try connection.first(FindTag(workspace: workspace, id: id)) else { return .notFound }
      if let other = try connection.first(FindTagByName(workspace: workspace, name: name)), other != id {
        return .nameTaken
      }
      try connection.run(RenameTag(workspace: workspace, id: id, name: name, time: time))
      try connection.note(record)
      tag.name = name
      tag.updatedAt = time
      return .updated(tag)
    }
  }

  public func delete(
    _ id: TagID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> Tag? {
    try await database.write { connection in
      guard let tag = try connection.first(FindTag(workspace: workspace, id: id)) else { return nil }
      try connection.run(TakeTagFromWorkflows(workspace: workspace, tag: id))
      try connection.run(TakeTagFromExecutions(workspace: workspace, tag: id))
      try connection.run(DeleteTag(workspace: workspace, id: id))
      try connection.note(record)
      return tag
    }
  }

  public func tags(in workspace: WorkspaceID, page: PageRequest<TagID>) async throws(PortError) -> Page<Tag> {
    try await database.read { connection in
      try connection.page(ListTags(workspace: workspace, after: page.after, limit: page.limitAndOne), of: page)
    }
  }
}
