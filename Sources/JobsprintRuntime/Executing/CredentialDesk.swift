// Hands nodes the secrets of the credentials that their workflow names. They are read and decrypted for each run of a
// node, and kept nowhere.

import JobsprintDomain
public import JobsprintPorts

public struct CredentialDesk: Sendable {
  private let store: any CredentialStore
  private let cipher: (any CredentialCipher)?
  private let library: CredentialLibrary
  private let audit: any AuditLog
  private let note: ChangeNote

  /// - Parameter cipher: nil where the process has no keys: nodes that need credentials fail.
  public init(
    store: any CredentialStore, cipher: (any CredentialCipher)?, library: CredentialLibrary, audit: any AuditLog,
    clock: any WallClock, ids: IdentifierSource
  ) {
    self.store = store
    self.cipher = cipher
    self.library = library
    self.audit = audit
    note = ChangeNote(clock: clock, ids: ids)
  }

  /// - Returns: the secrets with the defaults of their type, or why the node can't have them.
  func open(
    _ reference: CredentialReference, type: String, in workspace: WorkspaceID
  ) async throws(PortError) -> Result<(id: CredentialID, secrets: JSONObject), NodeError> {
    guard let cipher else { return .failure(refusal(type, CredentialEditor.off.message)) }
    let found: StoredCredential
    switch try await credential(reference, type: type, in: workspace) {
    case .success(let credential): found = credential
    case .failure(let error): return .failure(error)
    }
    do throws(CredentialCipherError) {
      var secrets = library[type]?.defaults ?? [:]
      secrets.merge(try cipher.secrets(of: found))
      return .success((found.id, secrets))
    } catch {
      return .failure(refusal(type, error.message))
    }
  }

  private func credential(
    _ reference: CredentialReference, type: String, in workspace: WorkspaceID
  ) async throws(PortError) -> Result<StoredCredential, NodeError> {
    if let text = reference.id, let id = CredentialID(text) {
      guard let found = try await store.credential(id, in: workspace), found.type == type else {
        return .failure(
          refusal(type, "There is no credential \(id) of the type '\(type)' in this workspace. Name another one."))
      }
      return .success(found)
    }
    // A workflow from elsewhere: its ids mean nothing here, its names may.
    let found = try await store.credentials(named: reference.name, type: type, in: workspace, limit: 2)
    if let only = found.first, found.count == 1 { return .success(only) }
    return .failure(
      refusal(
        type,
        found.isEmpty
          ? "There is no credential '\(reference.name)' of the type '\(type)' in this workspace. Make one of that name."
          : "There are several credentials '\(reference.name)' of the type '\(type)' in this workspace. Name one by its id."
      ))
  }

  private func refusal(_ type: String, _ message: String) -> NodeError {
    NodeError(message, name: "CredentialError", context: ["credential": .string(type)])
  }

  /// Puts a use on record, before the node gets the secrets.
  func record(
    _ credential: CredentialID, usedBy node: String, of facts: ExecutionFacts, in workspace: WorkspaceID
  ) async throws(PortError) {
    let record = note.record(
      .credentialUsed, of: credential, by: Caller(workspace: workspace, actor: .system),
      [
        "execution": .string("\(facts.id)"), "workflow": .string("\(facts.workflowID)"), "node": .string(node),
      ])
    try await audit.write(record.audit)
  }
}
