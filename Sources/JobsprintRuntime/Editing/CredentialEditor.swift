public import JobsprintDomain
public import JobsprintPorts

/// Makes, changes, tries and deletes the credentials of a workspace. It gives nobody the secrets back.
public struct CredentialEditor: Sendable {
  /// What a credential becomes; nil leaves what is there.
  public struct Change: Sendable {
    public var name: String?
    /// With other secrets only.
    public var type: String?
    public var secrets: JSONObject?
    /// The secrets are put beside those that are there.
    public var isPartial = false
    /// `.some(nil)`: any host.
    public var allowedHosts: [String]??

    public init() {}
  }

  static let off = RuntimeError(
    .credentialsOff,
    "There are no keys for credentials here. The operator sets JOBSPRINT_CREDENTIAL_KEYS for all processes of the "
      + "installation; 'jobsprint run' has none.")
  /// Changes of one credential at a time that get in each other's way.
  private static let attempts = 5

  private let store: any CredentialStore
  private let cipher: (any CredentialCipher)?
  private let library: CredentialLibrary
  private let audit: any AuditLog
  private let clock: any WallClock
  private let ids: IdentifierSource
  private let note: ChangeNote

  /// - Parameter cipher: nil where the process has no keys: nothing can be stored or tried.
  public init(
    store: any CredentialStore, cipher: (any CredentialCipher)?, library: CredentialLibrary, audit: any AuditLog,
    clock: any WallClock, ids: IdentifierSource
  ) {
    self.store = store
    self.cipher = cipher
    self.library = library
    self.audit = audit
    self.clock = clock
    self.ids = ids
    note = ChangeNote(clock: clock, ids: ids)
  }

  /// By which a body with secrets is known again, and not found out.
  public func fingerprint(of body: [UInt8]) throws(RuntimeError) -> [UInt8] {
    guard let cipher else { throw Self.off }
    return cipher.fingerprint(of: body)
  }

  public func create(
    name: String, type: String, secrets: JSONObject, allowedHosts: [String]?, by caller: Caller,
    idempotency: IdempotencyRequest<StoredCredential>? = nil
  ) async throws(RuntimeError) -> Creation<StoredCredential> {
    guard let cipher else { throw Self.off }
    try check(secrets, fit: type)
    let (id, now): (CredentialID, Timestamp) = (ids.next(), clock.now)
    let credential = StoredCredential(
      id: id, workspace: caller.workspace, name: name, type: type,
      secrets: try onCipher { () throws(CredentialCipherError) in
        try cipher.seal(secrets, of: id, type: type, in: caller.workspace)
      },
      allowedHosts: allowedHosts, createdAt: now, updatedAt: now)
    let record = note.record(
      .credentialCreated, of: id, by: caller, ["name": .string(name), "type": .string(type)],
      idempotency: idempotency.map { $0.record(for: credential, in: caller.workspace, at: now) })
    let outcome = try await onStore { () async throws(PortError) in
      try await store.create(credential, recording: record)
    }
    switch outcome {
    case .created: return .created(credential)
    case .replayed(let kept): return try kept.replay(for: idempotency?.fingerprint)
    case .nameTaken: throw RuntimeError(.nameTaken, "A credential of this id exists.")
    }
  }

  public func update(
    _ id: CredentialID, with change: Change, by caller: Caller
  ) async throws(RuntimeError) -> StoredCredential {
    for _ in 0..<Self.attempts {
      let known = try await credential(id, in: caller.workspace)
      var next = known
      next.name = change.name ?? known.name
      next.type = change.type ?? known.type
      if let hosts = change.allowedHosts { next.allowedHosts = hosts }
      next.updatedAt = clock.now
      if let secrets = change.secrets {
        next.secrets = try sealed(secrets, for: next, over: change.isPartial ? known : nil)
      } else if next.type != known.type {
        throw RuntimeError(
          .credentialMalformed,
          "A credential of the type '\(known.type)' becomes one of '\(next.type)' only with new 'data'.")
      }
      let record = note.record(
        .credentialUpdated, of: id, by: caller,
        ["name": .string(next.name), "type": .string(next.type), "data": .bool(change.secrets != nil)])
      let outcome = try await onStore { () async throws(PortError) in
        try await store.update(next, ifSecrets: known.secrets, recording: record)
      }
      switch outcome {
      case .updated(let credential): return credential
      case .changed: continue
      case .notFound, .nameTaken: throw Self.notFound(id)
      }
    }
    throw RuntimeError(PortError(.unavailable, "The credential \(id) is being changed by others. Try again."))
  }

  /// - Parameter base: whose secrets stay where `secrets` has none.
  private func sealed(
    _ secrets: JSONObject, for credential: StoredCredential, over base: StoredCredential?
  ) throws(RuntimeError) -> SealedSecrets {
    guard let cipher else { throw Self.off }
    var all: JSONObject = [:]
    if let base, base.type == credential.type {
      all = try onCipher { () throws(CredentialCipherError) in try cipher.secrets(of: base) }
    }
    all.merge(secrets)
    try check(all, fit: credential.type)
    return try onCipher { () throws(CredentialCipherError) in
      try cipher.seal(all, of: credential.id, type: credential.type, in: credential.workspace)
    }
  }

  public func delete(_ id: CredentialID, by caller: Caller) async throws(RuntimeError) -> StoredCredential {
    let record = note.record(.credentialDeleted, of: id, by: caller)
    let removed = try await onStore { () async throws(PortError) in
      try await store.delete(id, in: caller.workspace, recording: record)
    }
    guard let removed else { throw Self.notFound(id) }
    return removed
  }

  /// Tries the secrets out as far as that asks nobody.
  public func test(_ id: CredentialID, by caller: Caller) async throws(RuntimeError) -> CredentialType.Verdict {
    let credential = try await credential(id, in: caller.workspace)
    guard let cipher else { throw Self.off }
    let type = try type(credential.type)
    let verdict: CredentialType.Verdict
    do throws(CredentialCipherError) {
      var secrets = type.defaults
      secrets.merge(try cipher.secrets(of: credential))
      verdict = type.verdict(on: secrets, at: clock.now)
    } catch { verdict = .bad(error.message) }
    let record = note.record(
      .credentialTested, of: id, by: caller, ["good": .bool(verdict.isGood), "type": .string(credential.type)])
    try await onStore { () async throws(PortError) in try await audit.write(record.audit) }
    return verdict
  }

  /// Encrypts secrets with the ring's first key that are encrypted with another.
  /// - Returns: whether they were.
  public func reencrypt(_ credential: StoredCredential, by caller: Caller) async throws(RuntimeError) -> Bool {
    guard let cipher else { throw Self.off }
    guard credential.secrets.key != cipher.currentKey else { return false }
    var next = credential
    next.secrets = try onCipher { () throws(CredentialCipherError) in
      try cipher.seal(
        try cipher.secrets(of: credential), of: credential.id, type: credential.type, in: credential.workspace)
    }
    let record = note.record(
      .credentialReencrypted, of: credential.id, by: caller,
      ["from": .string(credential.secrets.key), "to": .string(cipher.currentKey)])
    let outcome = try await onStore { () async throws(PortError) in
      try await store.update(next, ifSecrets: credential.secrets, recording: record)
    }
    // Whoever changed it meanwhile has used the first key himself.
    guard case .updated = outcome else { return false }
    return true
  }

  private func credential(
    _ id: CredentialID, in workspace: WorkspaceID
  ) async throws(RuntimeError) -> StoredCredential {
    let found = try await onStore { () async throws(PortError) in try await store.credential(id, in: workspace) }
    guard let found else { throw Self.notFound(id) }
    return found
  }

  public static func notFound(_ id: CredentialID) -> RuntimeError {
    RuntimeError(.credentialNotFound, "There is no credential \(id) in this workspace.")
  }

  public func type(_ name: String) throws(RuntimeError) -> CredentialType {
    guard let type = library[name] else {
      throw RuntimeError(
        .credentialTypeNotFound,
        "No type of credentials is named '\(name)'. There are: \(library.types.map(\.name).joined(separator: ", ")).")
    }
    return type
  }

  private func check(_ secrets: JSONObject, fit name: String) throws(RuntimeError) {
    let issues: [WorkflowIssue]
    do throws(RuntimeError) { issues = try type(name).issues(of: secrets) } catch {
      issues = [WorkflowIssue(code: .malformed, pointer: "/type", message: error.message)]
    }
    guard issues.isEmpty else {
      throw RuntimeError(
        .credentialMalformed, "The data is not that of a credential of the type '\(name)'.", issues: issues)
    }
  }

  private func onCipher<Value>(
    _ body: () throws(CredentialCipherError) -> Value
  ) throws(RuntimeError) -> Value {
    do { return try body() } catch { throw RuntimeError(.credentialSealed, error.message) }
  }
}

extension CredentialType.Verdict {
  fileprivate var isGood: Bool {
    if case .good = self { true } else { false }
  }
}
