import Foundation
import JobsprintAccess
public import JobsprintDomain
import JobsprintPorts
import JobsprintSQLite

/// `jobsprint audit verify`: the chains of a data folder, read without a server and without changing anything.
public enum AuditCheck {
  /// The chain of one workspace.
  public struct Finding: Sendable {
    public let workspace: WorkspaceID
    public let name: String
    /// Entries that hold.
    public let entries: Int
    /// The last of them.
    public let sequence: Int
    /// Its hash in hexadecimal digits; empty where there is none.
    public let hash: String
    /// The first broken place; nil when all holds.
    public let flaw: String?
  }

  /// Checks all workspaces of a folder, also beside a server that uses it.
  /// - Parameter key: the operator's signing key; nil: the one in the folder.
  /// - Throws: ``PortError``, ``SettingError``.
  public static func verify(_ folder: String, key: String?) async throws -> [Finding] {
    let key = try AuditKeyFile(folder: folder).key(configured: key, creating: false)
    let database = try SQLiteDatabase.openReadOnly(directory: folder)
    let verifier = AuditVerifier(audit: SQLiteAuditLog(database), key: key)
    var findings: [Finding] = []
    var last: WorkspaceID?
    while true {
      let page = try await SQLiteWorkspaceStore(database).workspaces(page: PageRequest(after: last, limit: 250))
      for workspace in page.elements {
        let verdict = try await verifier.verify(workspace.id)
        findings.append(
          Finding(
            workspace: workspace.id, name: workspace.name, entries: verdict.entries,
            sequence: verdict.head?.sequence ?? 0,
            hash: (verdict.head?.hash ?? []).hexadecimalText,
            flaw: verdict.flaw?.description))
        last = workspace.id
      }
      guard page.hasMore else { break }
    }
    await database.close()
    return findings
  }
}
