// The embedded default's store: one SQLite file in one folder, which one process holds. An acknowledged commit survives
// a power cut (WAL, synchronous = FULL). All access is on GRDB's queues, never on a thread of Swift's cooperative pool,
// and a transaction that has begun is not interrupted by the cancellation of the task that waits for it.

import Dispatch
import Foundation
import GRDB
public import JobsprintPorts
import Synchronization

/// An open data folder. The folder is free for others when the last reference is gone, or after ``close()``.
public final class SQLiteDatabase: Sendable {
  public let directory: String
  private let pool: DatabasePool
  private let lock: Mutex<DirectoryLock?>
  private let writing = DiskExecutor(label: "jobsprint.sqlite.writing", width: 1)
  private let reading = DiskExecutor(label: "jobsprint.sqlite.reading", width: SQLiteDatabase.readers)

  /// Opens a folder, creates it if it is missing, and brings its database to this program's schema; one with an older
  /// schema is copied into a folder inside first. Blocks; for the start of a process.
  ///
  /// - Throws: ``PortError`` with `inUse` when another process has the folder, `forbidden` when it may not be written,
  ///   `newer` when a newer program has written it, `full`, `corrupted`.
  public static func open(directory: String) throws(PortError) -> SQLiteDatabase {
    let lock = try DirectoryLock(directory: directory)
    let migrations = try migrations(of: directory)
    // The way back, should the update turn out to be wrong.
    if let first = migrations.first(where: { !$0.isApplied }), migrations.contains(where: \.isApplied) {
      try copy(directory, to: "\(directory)/before-\(first.name)")
    }
    do {
      let pool = try DatabasePool(path: lock.databasePath, configuration: configuration)
      try pool.writeWithoutTransaction { database in
        try Migrator.migrate(Connection(database), in: directory)
        // GRDB sets its own value when it turns the log on, so this comes after it.
        try Connection(database).run(Setting.synchronousFull)
      }
      return SQLiteDatabase(directory: directory, pool: pool, lock: lock)
    } catch {
      throw PortError(error, in: directory)
    }
  }

  /// Opens a folder for reading only, without holding it: also beside a process that uses it. Blocks.
  ///
  /// - Throws: ``PortError`` with `unavailable` when the folder has no database, or one that has to be migrated first;
  ///   else as ``open(directory:)``.
  public static func openReadOnly(directory: String) throws(PortError) -> SQLiteDatabase {
    let path = directory + "/" + DirectoryLock.databaseName
    guard FileManager.default.fileExists(atPath: path) else {
      throw PortError(.unavailable, "There is no database in \(directory). Name the data folder of a server.")
    }
    do {
      var readOnly = configuration
      readOnly.readonly = true
      let pool = try DatabasePool(path: path, configuration: readOnly)
      try pool.read { try Migrator.expectCurrent(Connection($0), in: directory) }
      return SQLiteDatabase(directory: directory, pool: pool, lock: nil)
    } catch {
      throw PortError(error, in: directory)
    }
  }

  /// Names of migrations whose text is not the one that a folder has had; empty when all is well. Changes nothing.
  public static func changedMigrations(of directory: String) throws(PortError) -> [String] {
    do {
      let path = directory + "/" + DirectoryLock.databaseName
      guard FileManager.default.fileExists(atPath: path) else { return [] }
      var readOnly = Configuration()
      readOnly.readonly = true
      return try DatabaseQueue(path: path, configuration: readOnly).read { try Migrator.changed(in: Connection($0)) }
    } catch {
      throw PortError(error, in: directory)
    }
  }

  /// The migrations that this program knows, in their order, and which of them a folder has had. Changes nothing, also
  /// beside a process that uses the folder.
  public static func migrations(of directory: String) throws(PortError) -> [(name: String, isApplied: Bool)] {
    do {
      let path = directory + "/" + DirectoryLock.databaseName
      guard FileManager.default.fileExists(atPath: path) else { return try Migrator.names(appliedTo: nil) }
      var readOnly = Configuration()
      readOnly.readonly = true
      return try DatabaseQueue(path: path, configuration: readOnly).read { database in
        try Migrator.names(appliedTo: Connection(database))
      }
    } catch {
      throw PortError(error, in: directory)
    }
  }

  private static let readers = 4

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "jobsprint.sqlite"
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = readers
    configuration.prepareDatabase { database in
      let connection = Connection(database)
      for setting in Setting.ofEveryConnection { _ = try connection.first(setting) }
    }
    return configuration
  }

  private init(directory: String, pool: DatabasePool, lock: DirectoryLock?) {
    self.directory = directory
    self.pool = pool
    self.lock = Mutex(lock)
  }

  deinit { try? pool.close() }

  /// Ends all access after what is under way, and frees the folder. Later calls fail with `unavailable`.
  public func close() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      // Moves the whole log into the database, which can take a second. Closing would not: it ends with the readers.
      DispatchQueue.global().async { [pool] in
        try? pool.writeWithoutTransaction { database in
          // nil: it was closed before.
          if database.sqliteConnection != nil { _ = try database.checkpoint(.truncate) }
        }
        try? pool.close()
        continuation.resume()
      }
    }
    lock.withLock { $0 = nil }
  }

  /// Reads one consistent state, beside the writer.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Value
  ) async throws(PortError) -> Value {
    let outcome: Result<Value, PortError> = await withTaskExecutorPreference(reading) {
      Result { try pool.read { database in try body(Connection(database)) } }.mapError { PortError($0, in: directory) }
    }
    return try outcome.get()
  }

  /// Writes in one transaction, which is durable when this returns and did not happen when it throws.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Value
  ) async throws(PortError) -> Value {
    let outcome: Result<Value, PortError> = await withWritingThread {
      Result {
        try pool.writeWithoutTransaction { database in try Self.transaction(on: database, body) }
      }.mapError { PortError($0, in: directory) }
    }
    return try outcome.get()
  }

  /// Runs a task where writes happen. A loop that writes again and again lives here, so that a write changes no thread:
  /// two changes fewer for each commit, 0.1 ms of 0.45.
  public func withWritingThread<Value: Sendable>(_ body: () async -> Value) async -> Value {
    await withTaskExecutorPreference(writing, operation: body)
  }

  private static func transaction<Value>(on database: Database, _ body: (Connection) throws -> Value) throws -> Value {
    guard database.sqliteConnection != nil else { throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "closed") }
    var value: Value?
    try database.inTransaction(.immediate) {
      value = try body(Connection(database))
      return .commit
    }
    guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
    return value
  }
}
