import Foundation
import GRDB
public import JobsprintPorts

extension SQLiteDatabase {
  /// Copies a folder's database as of one moment into another folder, which is made; also beside a server that uses it.
  /// Blocks; for commands at a shell.
  public static func copy(_ directory: String, to target: String) throws(PortError) {
    let path = directory + "/" + DirectoryLock.databaseName
    guard FileManager.default.fileExists(atPath: path) else {
      throw PortError(.unavailable, "There is no database in \(directory). Name the data folder of an installation.")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: target, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      var readOnly = Configuration()
      readOnly.readonly = true
      let source = try DatabaseQueue(path: path, configuration: readOnly)
      let copy = try DatabaseQueue(path: target + "/" + DirectoryLock.databaseName)
      try source.backup(to: copy)
      try copy.close()
    } catch {
      throw PortError(error, in: directory)
    }
  }
}
