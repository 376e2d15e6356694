import DriverThread

/// A fixed number of connections to one server, and the way in for all statements.
///
/// `run()` opens the connections and keeps them open; until then, and while the server is away, callers wait up to
/// `waitLimit`. Statements of different callers share connections; each call is one transaction of its own.
///
///     let pool = PostgresPool(try PostgresOptions("postgres://…"))
///     async let running: Void = pool.run()
///     let found = try await pool.query(FindWorkflow(id: id), setting: ["app.workspace": workspace])
///
/// All calls throw `PostgresError`, apart from what a statement's own `bind` and `decode` throw.
public final class PostgresPool: Sendable {
  public let options: PostgresOptions
  let engine: PostgresEngine

  public init(_ options: PostgresOptions) {
    self.options = options
    engine = PostgresEngine(options: options)
  }

  /// Serves until the task is cancelled; then new work is refused, and what is on its way may end (`drainLimit`).
  /// Once for each pool.
  public func run() async { await engine.run() }

  public var metrics: PostgresMetrics { engine.snapshot() }

  /// Whether at least one connection is open now.
  public var isConnected: Bool { engine.isConnected }

  /// One attempt to connect, beside all pools, to see why it fails: a pool keeps trying instead.
  /// - Throws: `connectFailed`, with the server's `sqlState` where it was the server that refused.
  public static func probe(_ options: PostgresOptions) async throws(PostgresError) {
    let result: Result<Void, PostgresError> = await withUnsafeContinuation { continuation in
      let started = DriverThread.start("postgres-probe") {
        continuation.resume(returning: PostgresConnector.connect(options).map { _ in })
      }
      if !started {
        continuation.resume(
          returning: .failure(PostgresError(.connectFailed, "the system gives no thread to connect with")))
      }
    }
    try result.get()
  }

  /// Runs a body on the driver's own thread, which receives all answers: those that the body waits for wake no other
  /// thread (one caller's inserts, each its own transaction: 5,500 to 6,500/s instead of 3,800 to 4,600/s). For a loop that does next to
  /// nothing but wait for the server: whatever it computes holds up everybody's answers. (The journal's loop, which
  /// encodes much, lost a tenth of its throughput there.)
  public func withReceivingThread<Value: Sendable, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    try await withTaskExecutorPreference(PostgresPoller.shared, operation: body)
  }

  // MARK: single statements

  /// - Parameters:
  ///   - setting: run-time parameters of this transaction alone, as SET LOCAL would set them, in the same round trip.
  ///   - limit: instead of the pool's `statementLimit`.
  @inlinable
  public func query<Statement: PostgresStatement>(
    _ statement: Statement, setting: [String: String] = [:], limit: Duration? = nil
  ) async throws -> [Statement.Row] {
    try Statement.decodeAll(await rows(try statement.command(), setting: setting, limit: limit))
  }

  /// - Returns: the number of rows that were changed.
  @inlinable
  @discardableResult
  public func execute<Statement: PostgresStatement>(
    _ statement: Statement, setting: [String: String] = [:], limit: Duration? = nil
  ) async throws -> Int {
    try await rows(try statement.command(), setting: setting, limit: limit).affected
  }

  @discardableResult
  public func rows(
    _ command: PostgresCommand, setting: [String: String] = [:], limit: Duration? = nil
  ) async throws -> PostgresRows {
    let head = try Self.head(isolation: nil, access: nil, setting: setting)
    let unit = PostgresUnit(.work, head + [command], name: command.name, limit: nanoseconds(limit))
    let rows = try await engine.run(unit)
    guard let last = rows.last else { throw PostgresError(.misuse, "\(command.name): no statement, no answer") }
    return last
  }

  // MARK: transactions

  /// A whole transaction in one round trip. For group commit: many statements, or few with arrays, of many callers.
  ///
  /// No BEGIN and no COMMIT travel with it: what lies between two syncs of a pipeline is one transaction for the server
  /// (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
  /// - Parameter name: what metrics call it.
  public func transaction(
    _ pipeline: PostgresPipeline, name: String = "pipeline", isolation: PostgresIsolation? = nil,
    access: PostgresAccess? = nil, setting: [String: String] = [:], limit: Duration? = nil
  ) async throws -> PostgresPipeline.Results {
    guard !pipeline.isEmpty else { return PostgresPipeline.Results(rows: []) }
    let head = try Self.head(isolation: isolation, access: access, setting: setting)
    let unit = PostgresUnit(.work, head + pipeline.commands, name: name, limit: nanoseconds(limit))
    let rows = try await engine.run(unit)
    return PostgresPipeline.Results(rows: Array(rows.dropFirst(head.count)))
  }

  /// A transaction whose statements depend on each other's answers; it has a connection for itself. Committed when the
  /// body returns, rolled back when it throws. BEGIN and the settings travel with the first statement.
  public func transaction<Value>(
    isolation: PostgresIsolation? = nil, access: PostgresAccess? = nil, setting: [String: String] = [:],
    _ body: (PostgresTransaction) async throws -> Value
  ) async throws -> Value {
    var opening = "BEGIN"
    if let isolation { opening += " ISOLATION LEVEL \(isolation.rawValue)" }
    if let access { opening += " \(access.rawValue)" }
    let head =
      [PostgresCommand(name: "begin", sql: opening)]
      + (try Self.head(isolation: nil, access: nil, setting: setting))
    let wish = PostgresUnit(.lease, [], name: "transaction", limit: .max / 4)
    _ = try await engine.run(wish)
    guard let lease = wish.lease else { throw PostgresError(.misuse, "a lease was granted without a connection") }
    let transaction = PostgresTransaction(
      engine: engine, lease: lease, head: head, limit: options.statementLimit.nanoseconds)
    do {
      let value = try await body(transaction)
      try await transaction.commit()
      engine.release(lease, rollback: false)
      return value
    } catch {
      engine.release(lease, rollback: true)
      throw error
    }
  }

  private func nanoseconds(_ limit: Duration?) -> UInt64 { (limit ?? options.statementLimit).nanoseconds }

  /// What goes before the statements of a transaction. `set_config` does what SET LOCAL does, with names and values as
  /// parameters; its text depends on their number only, so that it stays prepared.
  private static func head(
    isolation: PostgresIsolation?, access: PostgresAccess?, setting: [String: String]
  ) throws(PostgresError) -> [PostgresCommand] {
    var head: [PostgresCommand] = []
    // The same as SET TRANSACTION, for which the server, and its log, get a warning where no BEGIN was sent.
    if let isolation {
      let sql = "SET transaction_isolation = '\(isolation.rawValue.lowercased())'"
      head.append(PostgresCommand(name: "set-isolation", sql: sql))
    }
    if let access {
      let sql = "SET transaction_read_only = \(access == .readOnly ? "on" : "off")"
      head.append(PostgresCommand(name: "set-access", sql: sql))
    }
    if !setting.isEmpty {
      var values = PostgresBindings()
      var calls: [String] = []
      for (name, value) in setting {
        try values.bind(name)
        try values.bind(value)
        calls.append("set_config($\(values.count - 1),$\(values.count),true)")
      }
      head.append(
        PostgresCommand(name: "set-local", sql: "SELECT " + calls.joined(separator: ","), values: values))
    }
    return head
  }
}

public enum PostgresIsolation: String, Sendable {
  case readCommitted = "READ COMMITTED"
  case repeatableRead = "REPEATABLE READ"
  case serializable = "SERIALIZABLE"
}

public enum PostgresAccess: String, Sendable {
  case readOnly = "READ ONLY"
  case readWrite = "READ WRITE"
}
