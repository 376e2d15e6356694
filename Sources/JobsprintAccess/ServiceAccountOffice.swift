// Members of a workspace that are no persons. Programs act through their API keys; what a key gives follows the
// account's role at the moment of each request, as it does with keys that people make.

public import JobsprintDomain
public import JobsprintPorts

public struct ServiceAccountOffice: Sendable {
  private let store: any ServiceAccountStore
  private let context: AccessContext

  public init(_ context: AccessContext, store: any ServiceAccountStore) {
    self.context = context
    self.store = store
  }

  public func accounts(
    in workspace: WorkspaceID, page: PageRequest<UserID>
  ) async throws(PortError) -> Page<ServiceAccount> {
    try await store.accounts(in: workspace, page: page)
  }

  public func account(_ id: UserID, in workspace: WorkspaceID) async throws -> ServiceAccount {
    guard let account = try await store.account(id, in: workspace) else { throw Self.notFound(id) }
    return account
  }

  /// - Parameters:
  ///   - granter: the caller's own role; nil for a key that stands for itself.
  ///   - keeping: what is kept for the request's idempotency key; nil where it has none.
  /// - Returns: the account, or what was kept when the key was used before.
  public func create(
    name: String, role: Role, granter: Role?, by caller: Caller,
    keeping: ((ServiceAccount) -> IdempotencyRecord)? = nil
  ) async throws -> (account: ServiceAccount, kept: IdempotencyRecord?) {
    try Self.expect(granter, toGive: role)
    let now = context.clock.now
    let account = ServiceAccount(
      id: context.id(), workspace: caller.workspace, name: name, role: role, createdAt: now, updatedAt: now)
    let record = context.record(
      .serviceAccountCreated, of: "\(account.id)", by: caller,
      ["name": .string(name), "role": .string(role.rawValue)], idempotency: keeping?(account))
    switch try await store.create(account, recording: record) {
    case .created: return (account, nil)
    case .replayed(let kept): return (account, kept)
    case .nameTaken: throw Self.nameTaken(name)
    }
  }

  /// - Parameters:
  ///   - name: nil: stays as it is.
  ///   - role: nil: stays as it is.
  public func update(
    _ id: UserID, name: String?, role: Role?, granter: Role?, by caller: Caller
  ) async throws -> ServiceAccount {
    if let role { try Self.expect(granter, toGive: role) }
    try await expect(granter, toTouch: id, in: caller.workspace)
    var details: JSONObject = [:]
    if let name { details["name"] = .string(name) }
    if let role { details["role"] = .string(role.rawValue) }
    let record = context.record(.serviceAccountUpdated, of: "\(id)", by: caller, details)
    let outcome = try await store.update(
      id, in: caller.workspace, name: name, role: role, at: context.clock.now, recording: record)
    await context.standings.forget()
    switch outcome {
    case .updated(let account), .changed(let account): return account
    case .notFound: throw Self.notFound(id)
    case .nameTaken: throw Self.nameTaken(name ?? "")
    }
  }

  /// Its keys are gone when this returns.
  public func delete(_ id: UserID, granter: Role?, by caller: Caller) async throws {
    try await expect(granter, toTouch: id, in: caller.workspace)
    let record = context.record(.serviceAccountDeleted, of: "\(id)", by: caller)
    let removed = try await store.delete(id, in: caller.workspace, recording: record)
    await context.standings.forget()
    guard removed != nil else { throw Self.notFound(id) }
  }

  private static func notFound(_ id: UserID) -> AccessError {
    AccessError(code: .serviceAccountNotFound, message: "There is no service account \(id) in this workspace.")
  }

  private static func nameTaken(_ name: String) -> AccessError {
    AccessError(code: .nameTaken, message: "A service account '\(name)' exists in this workspace.")
  }

  /// Only owners make owners.
  private static func expect(_ granter: Role?, toGive role: Role) throws(AccessError) {
    guard role == .owner, let granter, granter != .owner else { return }
    throw AccessError(code: .roleRefused, message: "Only an owner can give this role.")
  }

  /// Only owners change what owners are.
  private func expect(_ granter: Role?, toTouch id: UserID, in workspace: WorkspaceID) async throws {
    guard let granter, granter != .owner, try await store.account(id, in: workspace)?.role == .owner else { return }
    throw AccessError(code: .roleRefused, message: "Only an owner can change or delete a service account that is one.")
  }
}
