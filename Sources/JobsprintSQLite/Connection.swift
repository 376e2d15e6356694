import GRDB
import GRDBSQLite
import JobsprintPorts

/// A connection for the length of one transaction, used on the connection's own queue only.
///
/// It binds and steps statements through SQLite's C interface: GRDB's arguments would put a box around every value, and
/// a `Data` around every payload.
final class Connection {
  let database: Database
  private var fixed: [ObjectIdentifier: Statement] = [:]

  init(_ database: Database) { self.database = database }

  /// Executes a statement that gives no rows.
  /// - Returns: the number of rows that it changed.
  @discardableResult
  func run<S: SQLStatement>(_ statement: S) throws -> Int {
    try stepping(statement) { _ in true }
    return database.changesCount
  }

  /// The first row.
  func first<S: SQLStatement>(_ statement: S) throws -> S.Row? {
    var found: S.Row?
    try forEach(statement) { row in
      if found == nil { found = row }
      // To the end: a statement that writes has written when it is done.
      return true
    }
    return found
  }

  func all<S: SQLStatement>(_ statement: S) throws -> [S.Row] {
    var rows: [S.Row] = []
    try forEach(statement) { row in
      rows.append(row)
      return true
    }
    return rows
  }

  /// Reads rows until `body` gives false.
  func forEach<S: SQLStatement>(_ statement: S, _ body: (S.Row) throws -> Bool) throws {
    try stepping(statement) { row in try body(try S.decode(&row)) }
  }

  private func stepping<S: SQLStatement>(_ statement: S, _ body: (inout RowReader) throws -> Bool) throws {
    let prepared = try prepare(statement)
    let handle = prepared.sqliteStatement
    var values = Binder(handle)
    statement.bind(to: &values)
    defer {
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
    guard values.status == SQLITE_OK else { throw failure(values.status) }
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_DONE: return
      case SQLITE_ROW:
        var row = RowReader(handle)
        guard try body(&row) else { return }
      case let code: throw failure(code)
      }
    }
  }

  private func prepare<S: SQLStatement>(_ statement: S) throws -> Statement {
    guard S.self is any FixedSQLStatement.Type else { return try database.cachedStatement(sql: statement.sql) }
    let key = ObjectIdentifier(S.self)
    if let known = fixed[key] { return known }
    let prepared = try database.cachedStatement(sql: statement.sql)
    fixed[key] = prepared
    return prepared
  }

  /// Values stay out of it: they are the users'.
  private func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: code),
      message: database.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) })
  }
}
