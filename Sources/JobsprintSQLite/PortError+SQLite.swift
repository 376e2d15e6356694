import GRDB
import JobsprintPorts

extension PortError {
  /// An error of SQLite or of a statement, in the terms of the ports.
  init(_ error: any Error, in directory: String) {
    if let own = error as? PortError {
      self = own
      return
    }
    guard let failure = error as? DatabaseError else {
      self.init(.unavailable, "The database in \(directory) failed.", underlying: "\(error)")
      return
    }
    let words = "SQLite \(failure.extendedResultCode.rawValue): \(failure.message ?? "no message")"
    switch failure.resultCode {
    case .SQLITE_FULL:
      self.init(.full, "There is no room left for the database in \(directory). Free some space.", underlying: words)
    case .SQLITE_IOERR:
      self.init(
        .full, "The database in \(directory) could not be written or read. Check the disk and its free space.",
        underlying: words)
    case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH, .SQLITE_RANGE:
      self.init(.refused, "The database in \(directory) refuses this value.", underlying: words)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
      self.init(
        .forbidden,
        "The database in \(directory) may not be opened or written. Give the folder and its files to the user that runs "
          + "the program.", underlying: words)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
      self.init(
        .corrupted, "The database in \(directory) is damaged. Restore the folder from a backup.", underlying: words)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        .inUse, "The database in \(directory) is locked by another program. Close that program.", underlying: words)
    default:
      self.init(.unavailable, "The database in \(directory) failed.", underlying: words)
    }
  }
}
