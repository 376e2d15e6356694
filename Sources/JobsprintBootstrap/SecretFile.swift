import Foundation
import JobsprintPorts

/// A file in the data folder that holds one secret, for its owner only.
struct SecretFile {
  let path: String

  init(_ name: String, in folder: String) { self.init(path: "\(folder)/\(name)") }

  private init(path: String) { self.path = path }

  /// What it holds, without white space around it.
  /// - Parameter make: writes a secret where the file is missing; nil: none is made.
  /// - Returns: nil where there is none, and none is made.
  /// - Throws: ``PortError`` where the file can't be used.
  func text(orMade make: (() -> String)?) throws(PortError) -> String? {
    if let make, let made = try write(make) { return made }
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw PortError(.forbidden, "The file \(path) can't be read. Give it to the user that runs the program.")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Puts another secret in its place: whoever reads meanwhile finds one or the other.
  func replace(with text: String) throws(PortError) {
    let next = SecretFile(path: path + ".new")
    unlink(next.path)
    guard try next.write({ text }) != nil, rename(next.path, path) == 0 else { throw failure(errno) }
  }

  /// nil where the file is there already.
  private func write(_ make: () -> String) throws(PortError) -> String? {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      if errno == EEXIST { return nil }
      throw failure(errno)
    }
    defer { close(file) }
    let text = make()
    let bytes = Array((text + "\n").utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
      let code = errno
      unlink(path)
      throw failure(code)
    }
    return text
  }

  private func failure(_ code: Int32) -> PortError {
    PortError(
      code == ENOSPC ? .full : .forbidden,
      "The file \(path) can't be written. The folder must belong to this user and have room.",
      underlying: String(cString: strerror(code)))
  }
}
