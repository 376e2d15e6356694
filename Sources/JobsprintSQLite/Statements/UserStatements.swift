import JobsprintDomain
import JobsprintPorts

private let userColumns = "u.id, u.email, u.name, u.password, u.status, u.created_at, u.updated_at"

extension RowReader {
  mutating func user() throws -> User {
    User(
      id: try id(), email: EmailAddress(stored: text()), name: text(), passwordHash: optionalText(), status: try word(),
      createdAt: time(), updatedAt: time())
  }
}

struct AnyUser: FixedSQLStatement {
  static let sql = "SELECT EXISTS (SELECT 1 FROM users)"

  static func decode(_ row: inout RowReader) -> Bool { row.bool() }
}

struct FindUser: FixedSQLStatement {
  static let sql = "SELECT \(userColumns) FROM users AS u WHERE u.id = ?"

  let id: UserID

  func bind(to values: inout Binder) { values.add(id) }

  static func decode(_ row: inout RowReader) throws -> User { try row.user() }
}

struct FindUserByEmail: FixedSQLStatement {
  static let sql = "SELECT \(userColumns) FROM users AS u WHERE u.email_key = ?"

  let email: EmailAddress

  func bind(to values: inout Binder) { values.add(email.key) }

  static func decode(_ row: inout RowReader) throws -> User { try row.user() }
}

/// Oldest first.
struct ListUsers: SQLStatement {
  let after: UserID?
  let limit: Int

  var sql: String {
    "SELECT \(userColumns) FROM users AS u\(after == nil ? "" : " WHERE u.id > ?") ORDER BY u.id LIMIT ?"
  }

  func bind(to values: inout Binder) {
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> User { try row.user() }
}

struct InsertUser: FixedSQLStatement {
  static let sql = """
    INSERT INTO users (id, email, email_key, name, password, status, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    """

  let user: User

  func bind(to values: inout Binder) {
    values.add(user.id)
    values.add(user.email.text)
    values.add(user.email.key)
    values.add(user.name)
    values.add(user.passwordHash)
    values.add(user.status.rawValue)
    values.add(user.createdAt)
    values.add(user.updatedAt)
  }
}

struct SetUserPassword: FixedSQLStatement {
  static let sql = "UPDATE users SET password = ?, updated_at = ? WHERE id = ?"

  let id: UserID
  let hash: String
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(hash)
    values.add(time)
    values.add(id)
  }
}

struct ReplacePasswordHash: FixedSQLStatement {
  static let sql = "UPDATE users SET password = ? WHERE id = ? AND password = ?"

  let id: UserID
  let known: String
  let hash: String

  func bind(to values: inout Binder) {
    values.add(hash)
    values.add(id)
    values.add(known)
  }
}

struct SetUserStatus: FixedSQLStatement {
  static let sql = "UPDATE users SET status = ?, updated_at = ? WHERE id = ?"

  let id: UserID
  let status: UserStatus
  let time: Timestamp

  func bind(to values: inout Binder) {
    values.add(status.rawValue)
    values.add(time)
    values.add(id)
  }
}
