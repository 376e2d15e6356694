import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Where the key that signs access tokens is kept on a laptop: `token.key` in the data folder, for its owner only.
struct TokenKeyFile {
  private let file: SecretFile

  init(folder: String) { file = SecretFile("token.key", in: folder) }

  /// Made where it is missing.
  /// - Throws: ``PortError`` where the file can't be used.
  func key(at time: Timestamp) throws(PortError) -> NamedKey {
    let text = try file.text(orMade: { NamedKey(at: time).text })
    guard let key = NamedKey(text ?? "") else {
      throw PortError(
        .corrupted,
        "The file \(file.path) does not hold an id and 64 random hexadecimal digits. Remove it: a new one is made, "
          + "and everybody has to sign in again.")
    }
    return key
  }
}

extension ProcessConfiguration {
  /// The operator's keys, else the one in the folder; none over a database, where several servers need the same.
  func tokenRingKeys(at time: Timestamp) throws(PortError) -> [NamedKey] {
    guard tokenKeys.isEmpty, case .folder(let folder) = storage else { return tokenKeys }
    return [try TokenKeyFile(folder: folder).key(at: time)]
  }
}
