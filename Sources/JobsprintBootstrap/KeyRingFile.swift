import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Where the keys of a ring are kept on a laptop: a file in the data folder, for its owner only. The first key makes,
/// all are accepted. No backup of the program holds it.
struct KeyRingFile {
  private let file: SecretFile
  /// What it means that nobody has them any more, and what to do.
  private let loss: String

  /// They sign access tokens.
  static func tokens(in folder: String) -> KeyRingFile {
    KeyRingFile(
      file: SecretFile("token.key", in: folder),
      loss: "Remove it: a new one is made, and everybody has to sign in again.")
  }

  /// They encrypt the secrets of credentials.
  static func credentials(in folder: String) -> KeyRingFile {
    KeyRingFile(
      file: SecretFile("credential.key", in: folder),
      loss: "Restore it from a copy: without it nobody can read the credentials that are stored.")
  }

  /// Made with one key where it is missing.
  /// - Throws: ``PortError`` where the file can't be used.
  func keys(at time: Timestamp) throws(PortError) -> [NamedKey] {
    try read(file.text(orMade: { NamedKey(at: time).text }) ?? "")
  }

  /// None where the file is missing; it is not made.
  /// - Throws: ``PortError`` where the file can't be used.
  func presentKeys() throws(PortError) -> [NamedKey] { try file.text(orMade: nil).map(read) ?? [] }

  private func read(_ text: String) throws(PortError) -> [NamedKey] {
    guard let keys = NamedKey.list(text) else {
      throw PortError(.corrupted, "The file \(file.path) does not hold \(NamedKey.expectation). \(loss)")
    }
    return keys
  }

  /// Puts a new key in front; what the others have made is still accepted.
  /// - Parameter most: keys that the file holds then; the oldest go.
  /// - Returns: those that it holds now.
  @discardableResult
  func addKey(at time: Timestamp, keeping most: Int = .max) throws(PortError) -> [NamedKey] {
    let keys = Array(([NamedKey(at: time)] + (try keys(at: time))).prefix(most))
    try file.replace(with: keys.map(\.text).joined(separator: ","))
    return keys
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
  /// The operator's keys, else those in the folder; none over a database, where several servers need the same.
  func tokenRingKeys(at time: Timestamp) throws(PortError) -> [NamedKey] {
    guard tokenKeys.isEmpty, case .folder(let folder) = storage else { return tokenKeys }
    return try KeyRingFile.tokens(in: folder).keys(at: time)
  }

  /// As ``tokenRingKeys(at:)``, those that encrypt credentials.
  func credentialRingKeys(at time: Timestamp) throws(PortError) -> [NamedKey] {
    guard credentialKeys.isEmpty, case .folder(let folder) = storage else { return credentialKeys }
    return try KeyRingFile.credentials(in: folder).keys(at: time)
  }
}

/// The keys that sign access tokens, for whoever has the data folder.
public enum TokenKeys {
  /// The one that signs, and the one before it: an access token outlives the change by less than the time to the next
  /// one.
  private static let most = 2

  /// Puts a new key in front of the one that signs now. A server takes it at its next start.
  /// - Returns: the ids of the keys, the new one first.
  /// - Throws: ``PortError`` where the folder holds none, or can't be written.
  public static func rotate(in folder: String) throws -> [String] {
    guard try SecretFile("token.key", in: folder).text(orMade: nil) != nil else {
      throw PortError(
        .forbidden,
        "There is no token.key in \(folder): a server makes one at its first start. With JOBSPRINT_TOKEN_KEYS the "
          + "operator puts a new key in front there.")
    }
    return try KeyRingFile.tokens(in: folder).addKey(at: SystemClock().now, keeping: most).map(\.id)
  }
}
