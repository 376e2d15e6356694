public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteIdentityStore: IdentityStore {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func identity(of subject: String, at issuer: String) async throws(PortError) -> LinkedIdentity? {
    try await database.read { try $0.first(FindIdentity(issuer: issuer, subject: subject)) }
  }

  public func identities(of user: UserID) async throws(PortError) -> [LinkedIdentity] {
    try await database.read { try $0.all(ListIdentities(user: user)) }
  }

  public func link(
    _ identity: LinkedIdentity, recording record: ChangeRecord
  ) async throws(PortError) -> IdentityOutcome {
    try await database.write { connection in
      guard try connection.first(FindUser(id: identity.user)) != nil else { return .userNotFound }
      let present = try connection.all(ListIdentities(user: identity.user))
      guard present.count < LinkedIdentity.mostOfOneUser else { return .tooMany }
      let holder = FindIdentity(issuer: identity.issuer, subject: identity.subject)
      guard try connection.first(holder) == nil else { return .taken }
      try connection.run(InsertIdentity(identity: identity))
      try connection.note(record)
      return .done
    }
  }

  public func unlink(
    _ id: IdentityID, of user: UserID, keeping kept: SessionID?, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> IdentityOutcome {
    try await database.write { connection in
      guard let holder = try connection.first(FindUser(id: user)) else { return .userNotFound }
      let present = try connection.all(ListIdentities(user: user))
      guard present.contains(where: { $0.id == id }) else { return .notFound }
      guard holder.passwordHash != nil || present.count > 1 else { return .lastWay }
      try connection.run(DeleteIdentity(id: id))
      try connection.run(RevokeSessions(user: user, which: .all(but: kept), time: time))
      try connection.note(record)
      return .done
    }
  }
}
