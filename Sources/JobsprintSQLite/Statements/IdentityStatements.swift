import JobsprintDomain
import JobsprintPorts

private let columns = "id, user_id, issuer, subject, created_at"

struct FindIdentity: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM identities WHERE issuer = ? AND subject = ?"

  let issuer: String
  let subject: String

  func bind(to values: inout Binder) {
    values.add(issuer)
    values.add(subject)
  }

  static func decode(_ row: inout RowReader) throws -> LinkedIdentity {
    LinkedIdentity(
      id: try row.id(), user: try row.id(), issuer: row.text(), subject: row.text(), createdAt: row.time())
  }
}

/// Of a user, oldest first.
struct ListIdentities: FixedSQLStatement {
  static let sql = "SELECT \(columns) FROM identities WHERE user_id = ? ORDER BY id"

  let user: UserID

  func bind(to values: inout Binder) { values.add(user) }

  static func decode(_ row: inout RowReader) throws -> LinkedIdentity { try FindIdentity.decode(&row) }
}

/// Of all users, in the order of their ids.
struct ListAllIdentities: SQLStatement {
  let after: IdentityID?
  let limit: Int

  var sql: String { "SELECT \(columns) FROM identities\(after == nil ? "" : " WHERE id > ?") ORDER BY id LIMIT ?" }

  func bind(to values: inout Binder) {
    if let after { values.add(after) }
    values.add(limit)
  }

  static func decode(_ row: inout RowReader) throws -> LinkedIdentity { try FindIdentity.decode(&row) }
}

struct InsertIdentity: FixedSQLStatement {
  static let sql = "INSERT INTO identities (\(columns)) VALUES (?, ?, ?, ?, ?)"

  let identity: LinkedIdentity

  func bind(to values: inout Binder) {
    values.add(identity.id)
    values.add(identity.user)
    values.add(identity.issuer)
    values.add(identity.subject)
    values.add(identity.createdAt)
  }
}

struct DeleteIdentity: FixedSQLStatement {
  static let sql = "DELETE FROM identities WHERE id = ?"

  let id: IdentityID

  func bind(to values: inout Binder) { values.add(id) }
}
