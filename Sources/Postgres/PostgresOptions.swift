import CPostgres

/// How to reach one server (or the first suitable of several), and the limits under which a pool works with it.
public struct PostgresOptions: Sendable {
  /// libpq's keywords (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS), among them
  /// `sslmode`, `sslrootcert`, `target_session_attrs`, `options`. Several hosts are tried in turn.
  public var parameters: [String: String]
  /// What `pg_stat_activity` shows: the process's role and a stable name of the instance.
  public var applicationName: String = "swift"

  /// Exactly so many connections are opened when the pool runs, and never one more.
  public var size = 4
  /// For one attempt to connect, all hosts together.
  public var connectLimit: Duration = .seconds(5)
  /// From sending a statement to its answer; then it is cancelled. Calls can set their own. With `cancelGrace` it is
  /// the time in which a server that has fallen silent is noticed: 13 s.
  public var statementLimit: Duration = .seconds(10)
  /// How long a caller waits for a connection.
  public var waitLimit: Duration = .seconds(5)
  /// How many callers may wait; the next one is refused at once.
  public var waitingMaximum = 50_000
  /// How many independent statements may be on their way on one connection when all are busy.
  public var pipelineDepth = 4
  /// How many statements a connection keeps prepared. 0 is for PgBouncer in transaction mode: statements without names,
  /// and nothing else that would have to outlive a transaction.
  public var preparedStatements = 256
  /// How long a cancelled statement may go on before its connection is given up.
  public var cancelGrace: Duration = .seconds(3)
  /// The first and the longest pause between attempts to connect; doubled each time, and shortened at random by up to
  /// half so that many clients do not return at the same moment.
  public var backoff: ClosedRange<Duration> = .milliseconds(50) ... .seconds(2)
  /// How long statements that are on their way may go on when the pool is shut down.
  public var drainLimit: Duration = .seconds(5)
  /// Told of connections made and lost, on the driver's own thread: be quick, log it.
  public var observer: (@Sendable (PostgresPoolEvent) -> Void)?

  /// - Parameter connection: a URI, `postgres://user:password@host:5432/database?sslmode=require`, or keywords,
  ///   `host=… dbname=…`. What it leaves out comes from the `PG…` environment variables and libpq's defaults.
  /// - Throws: `misuse` for a text that is neither. The message never repeats it: it may hold a password.
  public init(_ connection: String) throws(PostgresError) {
    parameters = [:]
    guard let list = PQconninfoParse(connection, nil) else {
      throw PostgresError(
        .misuse,
        "the PostgreSQL connection string can't be read: give postgres://user:password@host:port/database"
          + " (with special characters percent-encoded) or keywords such as host=… dbname=… user=…")
    }
    defer { PQconninfoFree(list) }
    var entry = list
    while let keyword = entry.pointee.keyword {
      if let value = entry.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
      entry += 1
    }
    if let name = parameters["application_name"] { applicationName = name }
  }

  /// What a connection is opened with. A peer that is gone without a word is noticed within 15 s, also while nothing is
  /// asked of it.
  var connectionParameters: [(String, String)] {
    var all = [
      "keepalives_idle": "5", "keepalives_interval": "3", "keepalives_count": "3", "tcp_user_timeout": "12000",
    ]
    all.merge(parameters) { _, given in given }
    all["application_name"] = applicationName
    all["client_encoding"] = "UTF8"
    return all.sorted { $0.key < $1.key }
  }
}

/// What a pool tells its observer.
public enum PostgresPoolEvent: Sendable {
  case connected(connection: Int, host: String, attempt: Int)
  case connectFailed(connection: Int, attempt: Int, error: PostgresError, retryIn: Duration)
  case lost(connection: Int, error: PostgresError)
}

extension Duration {
  /// At least 0, saturating.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max / 2 : min(product &+ UInt64(attoseconds / 1_000_000_000), .max / 2)
  }
}
