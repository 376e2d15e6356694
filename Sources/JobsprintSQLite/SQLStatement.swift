import GRDB

/// One SQL statement with its values, and how its rows are read: everything about it on one screen.
protocol SQLStatement {
  associatedtype Row = Void

  var sql: String { get }
  /// One `add` for each `?`, in their order.
  func bind(to values: inout Binder)
  /// Reads columns in their order.
  static func decode(_ row: inout RowReader) throws -> Row
}

extension SQLStatement {
  func bind(to values: inout Binder) {}
}

extension SQLStatement where Row == Void {
  static func decode(_ row: inout RowReader) throws {}
}

/// A statement whose text is always the same, which saves looking it up by its text for every row.
protocol FixedSQLStatement: SQLStatement {
  static var sql: String { get }
}

extension FixedSQLStatement {
  var sql: String { Self.sql }
}
