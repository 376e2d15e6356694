/// One statement of a program on one screen: its text, what it binds, what a row of it is.
///
///     struct FindWorkflow: PostgresStatement {
///       static let name = "workflow.find"
///       static let sql = "SELECT name, active FROM workflows WHERE id = $1"
///       var id: PostgresUUID
///       func bind(into values: inout PostgresBindings) throws { try values.bind(id) }
///       static func decode(_ row: inout PostgresRow) throws -> (name: String, active: Bool) {
///         (try row.next(), try row.next())
///       }
///     }
///
/// A statement without rows has no `decode`.
public protocol PostgresStatement: Sendable {
  associatedtype Row = Void

  /// What metrics and errors call it. The pool remembers by it how long the statement takes.
  static var name: String { get }
  /// One command. Its text is the key under which a connection keeps it prepared: never build it from values.
  static var sql: String { get }

  func bind(into values: inout PostgresBindings) throws
  static func decode(_ row: inout PostgresRow) throws -> Row
}

extension PostgresStatement {
  public func bind(into values: inout PostgresBindings) throws {}

  /// Ready to be sent: the values are encoded here, in the caller's task.
  @inlinable
  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    do { try bind(into: &values) } catch var error as PostgresError {
      error.statement = Self.name
      throw error
    }
    return PostgresCommand(name: Self.name, sql: Self.sql, values: values)
  }

  @inlinable
  static func decodeAll(_ rows: PostgresRows) throws -> [Row] {
    var decoded: [Row] = []
    decoded.reserveCapacity(rows.count)
    for index in 0..<rows.count {
      var row = PostgresRow(rows: rows, index: index)
      do { decoded.append(try decode(&row)) } catch var error as PostgresError {
        error.statement = name
        throw error
      }
    }
    return decoded
  }
}

extension PostgresStatement where Row == Void {
  public static func decode(_ row: inout PostgresRow) throws {}
}

/// A statement that is known at run time only (migrations, tools, tests), or one that was made ready to be sent.
public struct PostgresCommand: Sendable {
  public let name: String
  public let sql: String
  public let values: PostgresBindings

  /// The name of what has none: it may be anything, so nothing is sent behind it.
  public static let unnamed = "sql"

  /// - Parameter name: what metrics call it, and by which the pool knows whether others may be sent behind it: never
  ///   one name for different texts.
  public init(name: String = unnamed, sql: String, values: PostgresBindings = PostgresBindings()) {
    self.name = name
    self.sql = sql
    self.values = values
  }

  public init(
    _ sql: String, name: String = unnamed, bind: (inout PostgresBindings) throws -> Void = { _ in }
  ) rethrows {
    var values = PostgresBindings()
    try bind(&values)
    self.init(name: name, sql: sql, values: values)
  }
}

/// Statements that need nothing of each other's answers: they travel together, run in order as one transaction, and one
/// answer comes back. The first error undoes all of them.
public struct PostgresPipeline: Sendable {
  /// The place of a statement's answer.
  public struct Slot<Statement: PostgresStatement>: Sendable {
    @usableFromInline let index: Int

    @usableFromInline
    init(index: Int) { self.index = index }
  }

  /// The answers to a whole pipeline.
  public struct Results: Sendable {
    @usableFromInline let rows: [PostgresRows]

    @usableFromInline
    init(rows: [PostgresRows]) { self.rows = rows }

    @inlinable
    public func decode<Statement: PostgresStatement>(_ slot: Slot<Statement>) throws -> [Statement.Row] {
      try Statement.decodeAll(rows[slot.index])
    }

    /// How many rows the statement changed.
    public func affected<Statement: PostgresStatement>(_ slot: Slot<Statement>) -> Int { rows[slot.index].affected }
  }

  @usableFromInline var commands: [PostgresCommand] = []

  public init() {}

  public var isEmpty: Bool { commands.isEmpty }

  @inlinable
  @discardableResult
  public mutating func add<Statement: PostgresStatement>(_ statement: Statement) throws -> Slot<Statement> {
    commands.append(try statement.command())
    return Slot(index: commands.count - 1)
  }

  public mutating func add(_ command: PostgresCommand) { commands.append(command) }
}
