/// The one error of this module.
///
/// It says what happened (`code`), what the server said about it (`sqlState` and the fields of its report), and the one
/// thing a caller of a database must know before it tries again: whether the work may have been committed (`outcome`).
public struct PostgresError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The server refused a statement: see `sqlState`.
    case server
    /// No connection could be made; the pool goes on trying.
    case connectFailed = "connect-failed"
    /// The connection broke while the work was on its way: see `outcome`.
    case connectionLost = "connection-lost"
    /// The statement ran longer than its limit and was cancelled.
    case statementTimedOut = "statement-timed-out"
    /// No connection was free within the limit for waiting.
    case waitTimedOut = "wait-timed-out"
    /// More callers wait for a connection than the pool allows.
    case tooManyWaiting = "too-many-waiting"
    /// The task was cancelled.
    case cancelled
    /// The pool was shut down.
    case closed
    /// The transaction ended otherwise than by the commit that was asked for.
    case transactionAborted = "transaction-aborted"
    /// A value that PostgreSQL can't store, such as a text with a NUL character.
    case invalidValue = "invalid-value"
    /// A column that isn't of the type, or not of the number, that the program reads.
    case unexpectedColumn = "unexpected-column"
    /// The driver was used in a way that it doesn't support.
    case misuse
  }

  /// Whether the effects of the work are stored.
  public enum Outcome: String, Sendable {
    /// Certainly not: it never reached the server, or the server said that it rolled it back.
    case notCommitted = "not-committed"
    /// Nobody knows: the connection was lost, or given up, after the work had been sent and before the answer came.
    case unknown
  }

  public var code: Code
  public var message: String
  public var outcome: Outcome = .notCommitted
  /// The name of the statement that failed.
  public var statement: String?

  /// Five characters, for example "23505" (https://www.postgresql.org/docs/current/errcodes-appendix.html).
  public var sqlState: String?
  /// ERROR, FATAL or PANIC, never translated.
  public var severity: String?
  public var detail: String?
  public var hint: String?
  /// Where the server was, for example inside which function.
  public var context: String?
  public var schema: String?
  public var table: String?
  public var column: String?
  public var constraint: String?
  /// Position in the statement's text, in characters, from 1.
  public var position: Int?

  public init(_ code: Code, _ message: String, outcome: Outcome = .notCommitted) {
    self.code = code
    self.message = message
    self.outcome = outcome
  }

  /// True where the same work, sent again a little later, may well succeed. Look at `outcome` before doing so.
  ///
  /// Serialization failures and deadlocks (class 40), lost or refused connections (08, 57P01…57P05), lack of resources
  /// (53), locks that were not available (55P03), a server that has become read-only (25006).
  public var isTransient: Bool {
    switch code {
    case .connectFailed, .connectionLost, .waitTimedOut, .tooManyWaiting, .statementTimedOut: return true
    case .server:
      guard let sqlState else { return false }
      return ["40", "08", "53"].contains(String(sqlState.prefix(2))) || sqlState.hasPrefix("57P")
        || sqlState == "55P03" || sqlState == "25006"
    default: return false
    }
  }

  public var description: String {
    var text = message
    if let detail { text += " (\(detail))" }
    if let hint { text += "; hint: \(hint)" }
    if let sqlState { text += " [\(severity ?? "ERROR") \(sqlState)]" }
    if let statement { text += " in \(statement)" }
    if outcome == .unknown { text += "; whether it was committed is unknown" }
    return text
  }
}
