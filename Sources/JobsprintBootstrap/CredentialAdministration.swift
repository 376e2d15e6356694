import JobsprintAccess
import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import JobsprintRuntime

/// The keys of credentials, for whoever has the store itself: no server is asked, and none may use a folder meanwhile.
public enum CredentialAdministration {
  /// What became of the credentials.
  public struct Outcome: Sendable {
    /// Of the key that all others are encrypted with now.
    public let key: String
    public internal(set) var reencrypted = 0
    public internal(set) var upToDate = 0
    /// Those that no key opens, each with the reason.
    public internal(set) var failures: [String] = []
  }

  /// Encrypts all credentials of the installation with the first key of the ring. One that is changed or fails
  /// meanwhile stays as it is: it can be done again at any time.
  /// - Parameter addsKey: puts a new key in front first; over a folder without JOBSPRINT_CREDENTIAL_KEYS only.
  /// - Throws: ``PortError``, ``SettingError``, ``RuntimeError``.
  public static func reencrypt(_ location: StorageLocation, addsKey: Bool) async throws -> Outcome {
    let storage = try await Storage.open(location)
    do {
      let outcome = try await reencrypt(storage, location, addsKey: addsKey)
      await storage.close()
      return outcome
    } catch {
      await storage.close()
      throw error
    }
  }

  private static func reencrypt(
    _ storage: Storage, _ location: StorageLocation, addsKey: Bool
  ) async throws -> Outcome {
    let clock = SystemClock()
    var configuration = try ProcessConfiguration.fromEnvironment(.embedded)
    configuration.storage = location
    if addsKey {
      guard configuration.credentialKeys.isEmpty, case .folder(let folder) = location else {
        throw SettingError.ownKeysOnly
      }
      try KeyRingFile.credentials(in: folder).addKey(at: clock.now)
    }
    guard let cipher = CredentialVault(try configuration.credentialRingKeys(at: clock.now)) else {
      throw SettingError(
        missing: "jobsprint.credential.keys", for: .embedded, example: "2026-01:$(openssl rand -hex 32)")
    }
    let editor = CredentialEditor(
      store: storage.credentials, cipher: cipher, library: CredentialLibrary(BuiltInCredentials.all),
      audit: storage.audit, clock: clock, ids: IdentifierSource(clock: clock))
    var outcome = Outcome(key: cipher.currentKey)
    var lastWorkspace: WorkspaceID?
    while true {
      let workspaces = try await storage.workspaces.workspaces(page: PageRequest(after: lastWorkspace, limit: 250))
      for workspace in workspaces.elements {
        try await reencrypt(storage.credentials, of: workspace.id, with: editor, &outcome)
        lastWorkspace = workspace.id
      }
      guard workspaces.hasMore else { return outcome }
    }
  }

  private static func reencrypt(
    _ credentials: any CredentialStore, of workspace: WorkspaceID, with editor: CredentialEditor,
    _ outcome: inout Outcome
  ) async throws {
    let caller = Caller(workspace: workspace, actor: .shell)
    var last: CredentialID?
    while true {
      let page = try await credentials.credentials(in: workspace, page: PageRequest(after: last, limit: 250))
      for credential in page.elements {
        do {
          if try await editor.reencrypt(credential, by: caller) {
            outcome.reencrypted += 1
          } else {
            outcome.upToDate += 1
          }
        } catch {
          guard error.code == .credentialSealed else { throw error }
          outcome.failures.append(error.message)
        }
        last = credential.id
      }
      guard page.hasMore else { return }
    }
  }
}
