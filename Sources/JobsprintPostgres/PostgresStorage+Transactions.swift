import JobsprintDomain
import JobsprintPorts
import Postgres

/// Thrown out of a transaction that should leave nothing, with what its caller is told.
private struct Abandoned<Value: Sendable>: Error {
  let value: Value
}

/// A transaction that was begun, and the way out of it without a trace.
struct StorageTransaction {
  let postgres: PostgresTransaction

  func all<S: PostgresStatement>(_ statement: S) async throws -> [S.Row] { try await postgres.query(statement) }

  func first<S: PostgresStatement>(_ statement: S) async throws -> S.Row? { try await postgres.query(statement).first }

  /// - Returns: the number of rows that were changed.
  @discardableResult
  func run(_ statement: some PostgresStatement) async throws -> Int { try await postgres.execute(statement) }

  /// Rolls back, and answers with `value`.
  func abandon<Value: Sendable>(with value: Value) throws -> Never { throw Abandoned(value: value) }
}

extension PostgresStorage {
  /// How often a transaction is tried that others got in the way of (deadlock, serialization failure).
  private static let attempts = 4

  /// Rows of one statement.
  /// - Parameter limit: of a statement that may take longer than others.
  func read<S: PostgresStatement>(
    _ statement: S, as role: PostgresRole = .api, in workspaces: [WorkspaceID], limit: Duration? = nil
  ) async throws(PortError) -> [S.Row] {
    try await attempt {
      try await self.database.primary.query(statement, setting: role.settings(workspaces), limit: limit)
    }
  }

  /// Rows of a list or a search, which may lag behind. The second address is a relief and never a need: while it is
  /// away, or gives up a statement for reasons of its own, the first one answers.
  func list<Row>(
    as role: PostgresRole = .api, in workspace: WorkspaceID? = nil, _ decode: (inout PostgresRow) throws -> Row,
    _ command: () throws -> PostgresCommand
  ) async throws(PortError) -> [Row] {
    try await attempt {
      let settings = role.settings(workspace.map { [$0] } ?? [])
      let (command, primary, replica) = (try command(), self.database.primary, self.database.replica)
      let rows: PostgresRows
      if replica.isConnected, replica !== primary {
        do { rows = try await replica.rows(command, setting: settings) } catch let error as PostgresError
          where error.isReplicas
        {
          rows = try await primary.rows(command, setting: settings)
        }
      } else {
        rows = try await primary.rows(command, setting: settings)
      }
      return try rows.map { row in
        var row = row
        return try decode(&row)
      }
    }
  }

  /// Several statements that see one moment, in one round trip.
  func snapshot(_ pipeline: PostgresPipeline, in workspace: WorkspaceID) async throws -> PostgresPipeline.Results {
    try await database.primary.transaction(
      pipeline, isolation: .repeatableRead, access: .readOnly, setting: PostgresRole.api.settings([workspace]))
  }

  /// One statement that changes something. - Returns: its rows.
  func write<S: PostgresStatement>(
    _ statement: S, as role: PostgresRole, in workspaces: [WorkspaceID] = [], limit: Duration? = nil
  ) async throws(PortError) -> [S.Row] {
    try await read(statement, as: role, in: workspaces, limit: limit)
  }

  /// A transaction whose statements depend on each other's answers.
  func write<Value: Sendable>(
    as role: PostgresRole = .api, in workspaces: [WorkspaceID],
    _ body: (StorageTransaction) async throws -> Value
  ) async throws(PortError) -> Value {
    try await attempt {
      do {
        return try await self.database.primary.transaction(setting: role.settings(workspaces)) { transaction in
          try await body(StorageTransaction(postgres: transaction))
        }
      } catch let abandoned as Abandoned<Value> {
        return abandoned.value
      }
    }
  }

  /// Does it again where others got in the way, and gives every error the words of the ports.
  func attempt<Value>(_ body: () async throws -> Value) async throws(PortError) -> Value {
    var failures = 0
    while true {
      do { return try await body() } catch {
        failures += 1
        guard failures < Self.attempts, let failure = error as? PostgresError, failure.isConflict else {
          throw PortError(postgres: error)
        }
      }
    }
  }
}

extension PostgresError {
  /// Another transaction was preferred; the same work may be done again at once.
  var isConflict: Bool { outcome == .notCommitted && (sqlState == "40001" || sqlState == "40P01") }

  /// Of a server that leaves, or that has to go on with replaying; another one may well answer. A statement that takes
  /// too long, or finds too many others before it, would do so elsewhere too.
  fileprivate var isReplicas: Bool {
    switch code {
    case .connectFailed, .connectionLost: true
    case .server: isTransient
    default: false
    }
  }
}
