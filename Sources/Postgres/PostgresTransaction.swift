import Synchronization

/// A transaction that is open, on a connection of its own. Not to be used after the body it was given to.
///
/// Statements sent at the same time, with `async let` for example, travel together and run in the order in which they
/// were sent. After an error the server refuses everything until the end; the body should throw.
public final class PostgresTransaction: Sendable {
  let engine: PostgresEngine
  let lease: PostgresLease
  let limit: UInt64
  /// BEGIN and the settings, until the first statement takes them along.
  private let head: Mutex<[PostgresCommand]>

  init(engine: PostgresEngine, lease: PostgresLease, head: [PostgresCommand], limit: UInt64) {
    self.engine = engine
    self.lease = lease
    self.limit = limit
    self.head = Mutex(head)
  }

  @inlinable
  public func query<Statement: PostgresStatement>(
    _ statement: Statement, limit: Duration? = nil
  ) async throws -> [Statement.Row] {
    try Statement.decodeAll(await rows(try statement.command(), limit: limit))
  }

  /// - Returns: the number of rows that were changed.
  @inlinable
  @discardableResult
  public func execute<Statement: PostgresStatement>(
    _ statement: Statement, limit: Duration? = nil
  ) async throws -> Int {
    try await rows(try statement.command(), limit: limit).affected
  }

  @discardableResult
  public func rows(_ command: PostgresCommand, limit: Duration? = nil) async throws -> PostgresRows {
    let rows = try await send([command], name: command.name, limit: limit)
    guard let last = rows.last else { throw PostgresError(.misuse, "\(command.name): no statement, no answer") }
    return last
  }

  /// Several statements in one round trip.
  public func run(
    _ pipeline: PostgresPipeline, name: String = "pipeline", limit: Duration? = nil
  ) async throws -> PostgresPipeline.Results {
    guard !pipeline.isEmpty else { return PostgresPipeline.Results(rows: []) }
    return PostgresPipeline.Results(rows: try await send(pipeline.commands, name: name, limit: limit))
  }

  /// Several commands in one text, as in a file of a migration; nothing is bound and no rows come back.
  public func script(_ sql: String, name: String = "script", limit: Duration? = nil) async throws {
    try await begin()
    _ = try await outside(.script, [PostgresCommand(name: name, sql: sql)], name: name, limit: limit)
  }

  // MARK: inside

  /// BEGIN alone, for what can't travel with other statements.
  func begin() async throws {
    if head.withLock({ !$0.isEmpty }) { _ = try await send([], name: "begin", limit: nil) }
  }

  func outside(
    _ step: PostgresOutside, _ commands: [PostgresCommand], name: String, limit: Duration?
  ) async throws -> [PostgresRows] {
    try await run(PostgresUnit(.outside(lease, step), commands, name: name, limit: limit?.nanoseconds ?? self.limit))
  }

  /// - Throws: `transactionAborted` where the server rolls back instead, because an error was passed over.
  func commit() async throws {
    guard head.withLock({ $0.isEmpty }) else { return }
    let unit = PostgresUnit(
      .leased(lease), [PostgresCommand(name: "commit", sql: "COMMIT")], name: "commit", limit: limit)
    let rows = try await engine.run(unit)
    guard rows.last?.command == "COMMIT" else {
      var error = PostgresError(
        .transactionAborted, "the transaction was rolled back: a statement in it failed and the program went on")
      error.statement = "commit"
      throw error
    }
  }

  private func send(_ commands: [PostgresCommand], name: String, limit: Duration?) async throws -> [PostgresRows] {
    let head = head.withLock { head in
      defer { head = [] }
      return head
    }
    let unit = PostgresUnit(.leased(lease), head + commands, name: name, limit: limit?.nanoseconds ?? self.limit)
    let rows = try await run(unit)
    return head.isEmpty ? rows : Array(rows.dropFirst(head.count))
  }

  /// Whatever is lost before COMMIT was sent is certainly not committed.
  private func run(_ unit: PostgresUnit) async throws -> [PostgresRows] {
    do { return try await engine.run(unit) } catch var error as PostgresError {
      error.outcome = .notCommitted
      throw error
    }
  }
}
