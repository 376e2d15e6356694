import Foundation
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Where the key that signs checkpoints of the audit log is kept: `audit.key` in the data folder, for its owner only.
struct AuditKeyFile {
  private let path: String

  init(folder: String) { path = folder + "/audit.key" }

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
    if creating, let made = try make() { return made }
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw PortError(.forbidden, "The file \(path) can't be read. Give it to the user that runs the program.")
    }
    guard let key = AuditSigningKey(hexadecimal: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw PortError(
        .corrupted, "The file \(path) does not hold 64 hexadecimal digits. Restore it from a backup of the folder.")
    }
    return key
  }

  /// nil where the file is there already.
  private func make() throws(PortError) -> AuditSigningKey? {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      if errno == EEXIST { return nil }
      throw failure(errno)
    }
    defer { close(file) }
    let key = AuditSigningKey()
    let text = Array((key.hexadecimalText + "\n").utf8)
    guard write(file, text, text.count) == text.count, fsync(file) == 0 else {
      let code = errno
      unlink(path)
      throw failure(code)
    }
    return key
  }

  private func failure(_ code: Int32) -> PortError {
    PortError(
      code == ENOSPC ? .full : .forbidden,
      "The file \(path) can't be written. The folder must belong to this user and have room.",
      underlying: String(cString: strerror(code)))
  }
}
