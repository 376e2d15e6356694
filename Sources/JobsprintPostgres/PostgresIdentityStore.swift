public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresIdentityStore: IdentityStore {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func identity(of subject: String, at issuer: String) async throws(PortError) -> LinkedIdentity? {
    try await storage.read(FindIdentity(issuer: issuer, subject: subject), as: .keeper, in: []).first
  }

  public func identities(of user: UserID) async throws(PortError) -> [LinkedIdentity] {
    try await storage.read(ListIdentities(user: user), as: .keeper, in: [])
  }

  public func link(
    _ identity: LinkedIdentity, recording record: ChangeRecord
  ) async throws(PortError) -> IdentityOutcome {
    try await storage.write(as: .keeper, in: [record.audit.caller.workspace]) { transaction in
      guard try await transaction.first(LockUser(id: identity.user)) != nil else { return IdentityOutcome.userNotFound }
      let present = try await transaction.all(ListIdentities(user: identity.user))
      guard present.count < LinkedIdentity.mostOfOneUser else { return IdentityOutcome.tooMany }
      guard try await transaction.run(InsertIdentity(identity: identity)) == 1 else { return IdentityOutcome.taken }
      try await transaction.note(record)
      return IdentityOutcome.done
    }
  }

  public func unlink(
    _ id: IdentityID, of user: UserID, keeping kept: SessionID?, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> IdentityOutcome {
    try await storage.write(as: .keeper, in: [record.audit.caller.workspace]) { transaction in
      guard let holder = try await transaction.first(LockUser(id: user)) else { return IdentityOutcome.userNotFound }
      let present = try await transaction.all(ListIdentities(user: user))
      guard present.contains(where: { $0.id == id }) else { return IdentityOutcome.notFound }
      guard holder.passwordHash != nil || present.count > 1 else { return IdentityOutcome.lastWay }
      try await transaction.run(DeleteIdentity(id: id))
      try await transaction.run(RevokeSessions(user: user, kept: kept, time: time))
      try await transaction.note(record)
      return IdentityOutcome.done
    }
  }
}
