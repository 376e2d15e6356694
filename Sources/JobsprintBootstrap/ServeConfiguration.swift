public import Logging

/// How `jobsprint serve` runs: API and executor in one process.
public struct ServeConfiguration: Sendable {
  public var host = "127.0.0.1"
  public var port = 8080
  /// A folder is made when it does not exist; a database is migrated beforehand.
  public var storage = StorageLocation.folder("data")
  /// The first API key; nil: one is made and shown once.
  public var bootstrapAPIKey: String?
  /// Signs checkpoints of the audit log, as 64 hexadecimal digits; nil: the one in the data folder.
  public var auditKey: String?
  /// Executions at a time.
  public var slots = 256
  /// Seconds.
  public var lease = 15
  /// What the data of one execution may weigh.
  public var executionMegabytes = 256
  /// Days for which executions are kept after they were accepted, once they have ended; nil: for good.
  public var retentionDays: Int?
  public var javaScript = JavaScriptConfiguration()
  public var logLevel = Logger.Level.notice
  public var testNodes: TestNodes?

  /// Node types for tests.
  public struct TestNodes: Sendable {
    /// Where `jobsprint.testEffect` writes what it did.
    public var ledger: String?
    /// Breaks a promise on purpose, so that a test of it can be seen to fail.
    public var sabotage: Sabotage?
  }

  public enum Sabotage: String, Sendable {
    /// Accepted executions are answered before they are committed.
    case answerBeforeCommit
  }

  public init() {}
}
