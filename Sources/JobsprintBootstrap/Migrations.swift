import JobsprintPorts
import JobsprintSQLite

/// The schema of a data folder.
public enum Migrations {
  public struct State: Sendable, Hashable {
    public let name: String
    public let isApplied: Bool
  }

  /// In their order. Changes nothing.
  /// - Throws: ``PortError``.
  public static func read(_ folder: String) throws -> [State] {
    try SQLiteDatabase.migrations(of: folder).map { State(name: $0.name, isApplied: $0.isApplied) }
  }

  /// Applies what is pending; the folder is made where it is missing.
  /// - Returns: what was applied.
  /// - Throws: ``PortError`` with `inUse` while a process uses the folder.
  public static func apply(_ folder: String) async throws -> [State] {
    let pending = try read(folder).filter { !$0.isApplied }
    let database = try SQLiteDatabase.open(directory: folder)
    await database.close()
    return pending.map { State(name: $0.name, isApplied: true) }
  }
}
