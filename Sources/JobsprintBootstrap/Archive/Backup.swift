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
    _ file: String, of location: StorageLocation, includingExecutions: Bool,
    progress: (ArchiveCounts) -> Void = { _ in }
  ) async throws -> ArchiveCounts {
    let kinds = ArchiveKind.allCases.filter { includingExecutions || ($0 != .execution && $0 != .deadLetter) }
    let target = ArchiveFile(url: URL(filePath: file))
    guard case .folder(let folder) = location else {
      return try await inStorage(location) {
        try await target.write(from: $0.archive, kinds: kinds, at: SystemClock().now, progress: progress)
      }
    }
    // Where the archive goes there is room for the data.
    let copy = URL(filePath: file).deletingLastPathComponent().appending(path: ".jobsprint-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try SQLiteDatabase.copy(folder, to: copy.path)
    return try await inStorage(.folder(copy.path)) {
      try await target.write(from: $0.archive, kinds: kinds, at: SystemClock().now, progress: progress)
    }
  }

  /// Fills a new store from a file. Executions that had not ended go on when a server starts.
  /// - Returns: what was restored; `sealed` says which credentials can't be opened here, nil where all can.
  /// - Throws: ``ArchiveError``, ``PortError``, ``SettingError``.
  public static func restore(
    _ file: String, into location: StorageLocation, progress: (ArchiveCounts) -> Void = { _ in }
  ) async throws -> (counts: ArchiveCounts, sealed: SealedCredentials?) {
    var configuration = try ProcessConfiguration.fromEnvironment(.embedded)
    configuration.storage = location
    return try await inStorage(location) {
      let counts = try await ArchiveFile(url: URL(filePath: file)).read(into: $0.archive, progress: progress)
      return (counts, try await SealedCredentials(in: $0, for: configuration))
    }
  }

  private static func inStorage<Value>(
    _ location: StorageLocation, _ body: (Storage) async throws -> Value
  ) async throws -> Value {
    let storage = try await Storage.open(location)
    do {
      let value = try await body(storage)
      await storage.close()
      return value
    } catch {
      await storage.close()
      throw error
    }
  }
}
