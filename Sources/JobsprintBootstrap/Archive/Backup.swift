import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintSQLite

/// Moving an installation: all of it in one file, which either kind of store takes in.
public enum Backup {
  /// Writes everything in a store into a file, as of one moment, also beside a server that uses it.
  /// - Parameters:
  ///   - includingExecutions: with their data; they are most of what a busy store holds.
  ///   - progress: told after each portion.
  /// - Throws: ``ArchiveError``, ``PortError``.
  public static func write(
    _ file: String, of folder: String, includingExecutions: Bool, progress: (ArchiveCounts) -> Void = { _ in }
  ) async throws -> ArchiveCounts {
    // Where the archive goes there is room for the data.
    let copy = URL(filePath: file).deletingLastPathComponent().appending(path: ".jobsprint-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try SQLiteDatabase.copy(folder, to: copy.path)
    let database = try SQLiteDatabase.open(directory: copy.path)
    let counts = try await ArchiveFile(url: URL(filePath: file)).write(
      from: SQLiteArchive(database),
      kinds: ArchiveKind.allCases.filter { includingExecutions || $0 != .execution }, at: SystemClock().now,
      progress: progress)
    await database.close()
    return counts
  }

  /// Fills a new store from a file. Executions that had not ended go on when a server starts.
  /// - Throws: ``ArchiveError``, ``PortError``.
  public static func restore(
    _ file: String, into folder: String, progress: (ArchiveCounts) -> Void = { _ in }
  ) async throws -> ArchiveCounts {
    let database = try SQLiteDatabase.open(directory: folder)
    let counts = try await ArchiveFile(url: URL(filePath: file)).read(into: SQLiteArchive(database), progress: progress)
    await database.close()
    return counts
  }
}
