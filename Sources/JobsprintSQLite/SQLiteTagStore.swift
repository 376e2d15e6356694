public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteTagStore: TagStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func create(
    _ tag: Tag, in workspace: WorkspaceID, idempotency: IdempotencyRecord?
  ) async throws(PortError) -> CreateOutcome {
    try await database.write { connection in
      if let idempotency,
        let used = try connection.first(
          FindIdempotencyKey(workspace: idempotency.workspace, key: idempotency.key))
      {
        return .replayed(used)
      }
      guard try connection.first(FindTagByName(workspace: workspace, name: tag.name)) == nil else { return .nameTaken }
      try connection.run(InsertTag(workspace: workspace, tag: tag))
      if let idempotency { try connection.run(InsertIdempotencyKey(record: idempotency)) }
      return .created
    }
  }

  public func tag(_ id: TagID, in workspace: WorkspaceID) async throws(PortError) -> Tag? {
    try await database.read { try $0.first(FindTag(workspace: workspace, id: id)) }
  }

  public func rename(
    _ id: TagID, to name: String, in workspace: WorkspaceID, at time: Timestamp
  ) async throws(PortError) -> UpdateOutcome<Tag> {
    try await database.write { connection in
      guard var tag = try connection.first(FindTag(workspace: workspace, id: id)) else { return .notFound }
      if let other = try connection.first(FindTagByName(workspace: workspace, name: name)), other != id {
        return .nameTaken
      }
      try connection.run(RenameTag(workspace: workspace, id: id, name: name, time: time))
      tag.name = name
      tag.updatedAt = time
      return .updated(tag)
    }
  }

  public func delete(_ id: TagID, in workspace: WorkspaceID) async throws(PortError) -> Tag? {
    try await database.write { connection in
      guard let tag = try connection.first(FindTag(workspace: workspace, id: id)) else { return nil }
      try connection.run(TakeTagFromWorkflows(workspace: workspace, tag: id))
      try connection.run(DeleteTag(workspace: workspace, id: id))
      return tag
    }
  }

  public func tags(in workspace: WorkspaceID, page: PageRequest<TagID>) async throws(PortError) -> Page<Tag> {
    try await database.read { connection in
      try connection.page(ListTags(workspace: workspace, after: page.after, limit: page.limitAndOne), of: page)
    }
  }
}
