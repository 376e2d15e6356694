import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Where the keys that encrypt credentials are kept on a laptop: `credential.key` in the data folder, for its owner only. The
/// first seals, all open. Whoever loses the file has lost the credentials: no backup of the program holds it.
struct CredentialKeyFile {
  private let file: SecretFile

  init(folder: String) { file = SecretFile("credential.key", in: folder) }

  /// Made with one key where it is missing.
  /// - Throws: ``PortError`` where the file can't be used.
  func keys(at time: Timestamp) throws(PortError) -> [NamedKey] {
    let text = try file.text(orMade: { NamedKey(at: time).text }) ?? ""
    guard let keys = NamedKey.list(text) else {
      throw PortError(
        .corrupted,
        "The file \(file.path) does not hold \(NamedKey.expectation). Restore it from a copy: without it nobody can "
          + "read the credentials that are stored.")
    }
    return keys
  }

  /// Puts a new key in front; what the others have sealed still opens.
  func addKey(at time: Timestamp) throws(PortError) {
    let keys = [NamedKey(at: time)] + (try keys(at: time))
    try file.replace(with: keys.map(\.text).joined(separator: ","))
  }
}

extension NamedKey {
  static let expectation =
    "id:secret,id:secret,… with secrets of 64 random hexadecimal digits, as from: openssl rand -hex 32"

  /// Keys with commas between; nil where one of them is none.
  static func list(_ text: String) -> [NamedKey]? {
    var keys: [NamedKey] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let key = NamedKey(part) else { return nil }
      keys.append(key)
    }
    return keys
  }
}

extension ProcessConfiguration {
  /// The operator's keys, else those in the folder; none over a database, where several processes need the same.
  func credentialRingKeys(at time: Timestamp) throws(PortError) -> [NamedKey] {
    guard credentialKeys.isEmpty, case .folder(let folder) = storage else { return credentialKeys }
    return try CredentialKeyFile(folder: folder).keys(at: time)
  }
}
