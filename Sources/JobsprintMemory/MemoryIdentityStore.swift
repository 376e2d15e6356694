public import JobsprintDomain
public import JobsprintPorts

public struct MemoryIdentityStore: IdentityStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func identity(of subject: String, at issuer: String) async throws(PortError) -> LinkedIdentity? {
    store.withState { state in state.identity(of: subject, at: issuer) }
  }

  public func identities(of user: UserID) async throws(PortError) -> [LinkedIdentity] {
    store.withState { state in state.identities(of: user) }
  }

  public func link(
    _ identity: LinkedIdentity, recording record: ChangeRecord
  ) async throws(PortError) -> IdentityOutcome {
    try store.withState { state throws(PortError) in
      guard state.users[identity.user] != nil else { return .userNotFound }
      guard state.identities(of: identity.user).count < LinkedIdentity.mostOfOneUser else { return .tooMany }
      guard state.identity(of: identity.subject, at: identity.issuer) == nil else { return .taken }
      try state.note(record)
      state.identities[identity.id] = identity
      return .done
    }
  }

  public func unlink(
    _ id: IdentityID, of user: UserID, keeping kept: SessionID?, at time: Timestamp, recording record: ChangeRecord
  ) async throws(PortError) -> IdentityOutcome {
    try store.withState { state throws(PortError) in
      guard let holder = state.users[user] else { return .userNotFound }
      let present = state.identities(of: user)
      guard present.contains(where: { $0.id == id }) else { return .notFound }
      guard holder.passwordHash != nil || present.count > 1 else { return .lastWay }
      try state.note(record)
      state.identities[id] = nil
      state.revokeSessions(at: time) { $0.user == user && $0.id != kept }
      return .done
    }
  }
}

extension MemoryState {
  func identity(of subject: String, at issuer: String) -> LinkedIdentity? {
    identities.values.first { $0.subject.hasSameCodeUnits(as: subject) && $0.issuer.hasSameCodeUnits(as: issuer) }
  }

  fileprivate func identities(of user: UserID) -> [LinkedIdentity] {
    identities.values.filter { $0.user == user }.sorted { $0.id < $1.id }
  }
}
