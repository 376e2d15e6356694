import Foundation
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// Where the key that signs access tokens is kept on a laptop: `token.key` in the data folder, for its owner only.
struct TokenKeyFile {
  static let expectation =
    "id:secret,id:secret,… with secrets of 64 random hexadecimal digits, as from: openssl rand -hex 32"

  private let path: String

  init(folder: String) { path = folder + "/token.key" }

  /// Made where it is missing.
  /// - Throws: ``PortError`` where the file can't be used.
  func key(at time: Timestamp) throws(PortError) -> AccessTokenRing.Key {
    if let made = try make(at: time) { return made }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw PortError(.forbidden, "The file \(path) can't be read. Give it to the user that runs the program.")
    }
    do { return try AccessTokenRing.Key(text.trimmingCharacters(in: .whitespacesAndNewlines)) } catch {
      throw PortError(
        .corrupted,
        "The file \(path) does not hold an id and 64 random hexadecimal digits. Remove it: a new one is made, "
          + "and everybody has to sign in again.")
    }
  }

  /// nil where the file is there already.
  private func make(at time: Timestamp) throws(PortError) -> AccessTokenRing.Key? {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      if errno == EEXIST { return nil }
      throw failure(errno)
    }
    defer { close(file) }
    let key = AccessTokenRing.Key(at: time)
    let text = Array((key.text + "\n").utf8)
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

extension ProcessConfiguration {
  /// The operator's keys, else the one in the folder; none over a database, where several servers need the same.
  func tokenRingKeys(at time: Timestamp) throws(PortError) -> [AccessTokenRing.Key] {
    guard tokenKeys.isEmpty, case .folder(let folder) = storage else { return tokenKeys }
    return [try TokenKeyFile(folder: folder).key(at: time)]
  }
}
