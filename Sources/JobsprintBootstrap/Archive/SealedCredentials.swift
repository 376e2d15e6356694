import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Credentials of a store that the keys of this installation don't open: an archive holds them encrypted, and no keys.
public struct SealedCredentials: Sendable {
  /// For people: how many, and what to do.
  public let words: String

  /// - Returns: nil where all can be opened.
  init?(in storage: Storage, for configuration: ProcessConfiguration) async throws {
    var folder: String?
    if case .folder(let path) = configuration.storage { folder = path }
    var keys = configuration.credentialKeys
    if keys.isEmpty, let folder { keys = try KeyRingFile.credentials(in: folder).presentKeys() }
    let cipher = CredentialVault(keys)
    var sealed: [String: Int] = [:]
    var lastWorkspace: WorkspaceID?
    while true {
      let workspaces = try await storage.workspaces.workspaces(page: PageRequest(after: lastWorkspace, limit: 250))
      for workspace in workspaces.elements {
        try await Self.count(in: storage.credentials, of: workspace.id, cipher, &sealed)
        lastWorkspace = workspace.id
      }
      guard workspaces.hasMore else { break }
    }
    guard !sealed.isEmpty else { return nil }
    let number = sealed.values.reduce(0, +)
    let names = sealed.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
    let place = folder.map { "\($0)/credential.key or " } ?? ""
    words =
      "\(number) \(number == 1 ? "credential" : "credentials") can't be opened here: what is restored was encrypted with "
      + "\(names), and \(keys.isEmpty ? "there is no key here" : "the keys here are others"). Put the keys of the "
      + "installation that made the backup (its credential.key, or its JOBSPRINT_CREDENTIAL_KEYS) into "
      + "\(place)JOBSPRINT_CREDENTIAL_KEYS before a server starts; without them, fill the credentials' data in again."
  }

  private static func count(
    in credentials: any CredentialStore, of workspace: WorkspaceID, _ cipher: CredentialVault?,
    _ sealed: inout [String: Int]
  ) async throws {
    var last: CredentialID?
    while true {
      let page = try await credentials.credentials(in: workspace, page: PageRequest(after: last, limit: 250))
      for credential in page.elements {
        last = credential.id
        let opened = try? cipher?.open(
          credential.secrets, of: credential.id, type: credential.type, in: workspace)
        if opened == nil { sealed[credential.secrets.key, default: 0] += 1 }
      }
      guard page.hasMore else { return }
    }
  }
}
