// One process at a time uses a folder: an advisory lock on a file in it, which the kernel drops with the process.

import JobsprintPorts

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Holds `jobsprint.lock` in a folder from its creation to its end.
final class DirectoryLock: Sendable {
  static let databaseName = "jobsprint.sqlite"

  let databasePath: String
  private let descriptor: Int32

  /// Makes the folder if need be, for its owner only.
  init(directory: String) throws(PortError) {
    try Self.makeDirectory(directory)
    databasePath = directory + "/" + Self.databaseName
    descriptor = try Self.lock(directory)
    // SQLite gives its log the permissions of the database file, so that file is made here, for its owner only.
    let database = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard database >= 0 else { throw Self.failure(errno, of: directory) }
    close(database)
  }

  deinit { close(descriptor) }

  /// - Returns: the open lock file.
  private static func lock(_ directory: String) throws(PortError) -> Int32 {
    let descriptor = open(directory + "/jobsprint.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(errno, of: directory) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      let holder = holder(descriptor)
      close(descriptor)
      guard code == EWOULDBLOCK else { throw failure(code, of: directory) }
      throw PortError(
        .inUse,
        "The data folder \(directory) is in use by another process\(holder). Stop that process, or choose another folder."
      )
    }
    // For people, and for the message above; nobody decides by it.
    let identity = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, identity, identity.count, 0) }
    return descriptor
  }

  /// For the message: which process holds the lock.
  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0, let number = Int32(String(decoding: bytes[..<count], as: UTF8.self).prefix { $0 != "\n" }) else {
      return ""
    }
    return " (process \(number))"
  }

  private static func makeDirectory(_ directory: String) throws(PortError) {
    var path = directory.utf8.first == UInt8(ascii: "/") ? "" : "."
    for step in directory.split(separator: "/") {
      path += "/" + step
      if mkdir(path, 0o700) != 0, errno != EEXIST, errno != EISDIR {
        let code = errno
        // A parent that may not be written, but is there, is no obstacle.
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw failure(code, of: directory) }
      }
    }
  }

  private static func failure(_ code: Int32, of directory: String) -> PortError {
    let reason = String(cString: strerror(code))
    return switch code {
    case ENOSPC, EDQUOT:
      PortError(.full, "There is no room to create the data folder \(directory). Free some space.", underlying: reason)
    case EACCES, EPERM, EROFS:
      PortError(
        .forbidden, "The data folder \(directory) may not be written. Give it to the user that runs the program.",
        underlying: reason)
    case ENOTDIR, EEXIST, EISDIR, ENOENT, ENAMETOOLONG, ELOOP:
      PortError(
        .forbidden, "\(directory) can't be used as data folder. Choose a folder that this user may create and write.",
        underlying: reason)
    default:
      PortError(.unavailable, "The data folder \(directory) could not be opened.", underlying: reason)
    }
  }
}
