import JobsprintAccess
import JobsprintPorts

/// Where the key that signs checkpoints of the audit log is kept: `audit.key` in the data folder, for its owner only.
struct AuditKeyFile {
  private let file: SecretFile

  init(folder: String) { file = SecretFile("audit.key", in: folder) }

  /// - Parameters:
  ///   - configured: the operator's own key in place of the file's, as 64 hexadecimal digits.
  ///   - creating: makes the file where it is missing.
  /// - Returns: nil where there is none, and none is made.
  /// - Throws: ``SettingError`` for a configured key that is none; ``PortError`` where the file can't be used.
  func key(configured: String?, creating: Bool) throws -> AuditSigningKey? {
    if let configured {
      guard let key = AuditSigningKey(hexadecimal: configured) else {
        throw SettingError("jobsprint.audit.key", "64 hexadecimal digits, as from: openssl rand -hex 32", found: "…")
      }
      return key
    }
    guard let text = try file.text(orMade: creating ? { AuditSigningKey().hexadecimalText } : nil) else { return nil }
    guard let key = AuditSigningKey(hexadecimal: text) else {
      throw PortError(
        .corrupted,
        "The file \(file.path) does not hold 64 hexadecimal digits. Restore it from a backup of the folder.")
    }
    return key
  }
}

extension ProcessConfiguration {
  /// Signs the checkpoints of what ``auditDays`` removes. A folder's key is made with it.
  /// - Returns: nil where nothing is removed.
  /// - Throws: ``SettingError`` over a database without a key: several processes need the same.
  func auditSigningKey(for role: ProcessRole) throws -> AuditSigningKey? {
    guard auditDays != nil else { return nil }
    var key: AuditSigningKey?
    if case .folder(let folder) = storage {
      key = try AuditKeyFile(folder: folder).key(configured: auditKey, creating: true)
    } else {
      key = try AuditKeyFile(folder: "").key(configured: auditKey, creating: false)
    }
    guard let key else {
      throw SettingError(missing: "jobsprint.audit.key", for: role, example: "$(openssl rand -hex 32)")
    }
    return key
  }
}
