import JobsprintDomain
import JobsprintPorts
import Postgres

private let userColumns = "u.id, u.email, u.name, u.password, u.status, u.created_at, u.updated_at"

extension PostgresRow {
  mutating func user() throws -> User {
    User(
      id: try id(), email: EmailAddress(stored: try next(String.self)), name: try text(),
      passwordHash: try nextOptional(String.self),
      status: try word(), createdAt: try time(), updatedAt: try time())
  }
}

struct AnyUser: PostgresStatement {
  static let name = "users.any"
  static let sql = "SELECT EXISTS (SELECT 1 FROM jobsprint.users)"

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

/// Of several that each want to make the first user, one goes on at a time.
struct LockFirstUser: PostgresStatement {
  static let name = "users.lock-first"
  static let sql = "SELECT pg_advisory_xact_lock(hashtext('jobsprint.first_user')) IS NULL"

  static func decode(_ row: inout PostgresRow) throws -> Bool { try row.next() }
}

struct FindUser: PostgresStatement {
  static let name = "users.find"
  static let sql = "SELECT \(userColumns) FROM jobsprint.users AS u WHERE u.id = $1"

  let id: UserID

  func bind(into values: inout PostgresBindings) throws { try values.bind(id) }

  static func decode(_ row: inout PostgresRow) throws -> User { try row.user() }
}

struct LockUser: PostgresStatement {
  static let name = "users.lock"
  static let sql = "SELECT \(userColumns) FROM jobsprint.users AS u WHERE u.id = $1 FOR UPDATE"

  let id: UserID

  func bind(into values: inout PostgresBindings) throws { try values.bind(id) }

  static func decode(_ row: inout PostgresRow) throws -> User { try row.user() }
}

struct FindUserByEmail: PostgresStatement {
  static let name = "users.find-by-email"
  static let sql = "SELECT \(userColumns) FROM jobsprint.users AS u WHERE u.email_key = $1"

  let email: EmailAddress

  func bind(into values: inout PostgresBindings) throws { try values.bind(email.key) }

  static func decode(_ row: inout PostgresRow) throws -> User { try row.user() }
}

/// Oldest first.
struct ListUsers {
  let page: PageRequest<UserID>

  func command() throws -> PostgresCommand {
    var values = PostgresBindings()
    try page.bindLimits(into: &values)
    if let after = page.after { try values.bind(after) }
    let rows = """
      SELECT \(userColumns) FROM jobsprint.users AS u\(page.after == nil ? "" : " WHERE u.id > $3")
      ORDER BY u.id LIMIT \(page.rowsToRead)
      """
    return PostgresCommand(name: "users.list", sql: page.cut(rows, order: "id", place: 1), values: values)
  }

  static func decode(_ row: inout PostgresRow) throws -> (element: User, read: Int) {
    (try row.user(), try row.next())
  }
}

/// Changes nothing where another has the email address.
struct InsertUser: PostgresStatement {
  static let name = "users.insert"
  static let sql = """
    INSERT INTO jobsprint.users (id, email, email_key, name, password, status, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email_key) DO NOTHING
    """

  let user: User

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(user.id)
    try values.bind(user.email.text)
    try values.bind(user.email.key)
    try values.bind(text: user.name)
    try values.bind(user.passwordHash)
    try values.bind(user.status.rawValue)
    try values.bind(user.createdAt)
    try values.bind(user.updatedAt)
  }
}

struct SetUserPassword: PostgresStatement {
  static let name = "users.set-password"
  static let sql = "UPDATE jobsprint.users SET password = $2, updated_at = $3 WHERE id = $1"

  let id: UserID
  let hash: String
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(hash)
    try values.bind(time)
  }
}

struct ReplacePasswordHash: PostgresStatement {
  static let name = "users.replace-password-hash"
  static let sql = "UPDATE jobsprint.users SET password = $3 WHERE id = $1 AND password = $2"

  let id: UserID
  let known: String
  let hash: String

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(known)
    try values.bind(hash)
  }
}

struct SetUserStatus: PostgresStatement {
  static let name = "users.set-status"
  static let sql = "UPDATE jobsprint.users SET status = $2, updated_at = $3 WHERE id = $1"

  let id: UserID
  let status: UserStatus
  let time: Timestamp

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(id)
    try values.bind(status.rawValue)
    try values.bind(time)
  }
}
