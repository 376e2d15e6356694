import JobsprintDomain
import JobsprintPorts
import Postgres

private let columns = "id, user_id, issuer, subject, created_at"

struct FindIdentity: PostgresStatement {
  static let name = "identities.find"
  static let sql = "SELECT \(columns) FROM jobsprint.identities WHERE issuer = $1 AND subject = $2"

  let issuer: String
  let subject: String

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(issuer)
    try values.bind(subject)
  }

  static func decode(_ row: inout PostgresRow) throws -> LinkedIdentity {
    LinkedIdentity(
      id: try row.id(), user: try row.id(), issuer: try row.next(String.self), subject: try row.next(String.self),
      createdAt: try row.time())
  }
}

/// Of a user, oldest first.
struct ListIdentities: PostgresStatement {
  static let name = "identities.list"
  static let sql = "SELECT \(columns) FROM jobsprint.identities WHERE user_id = $1 ORDER BY id"

  let user: UserID

  func bind(into values: inout PostgresBindings) throws { try values.bind(user) }

  static func decode(_ row: inout PostgresRow) throws -> LinkedIdentity { try FindIdentity.decode(&row) }
}

/// Of all users, in the order of their ids.
struct ListAllIdentities: PostgresStatement {
  static let name = "archive.identities"
  static let sql = """
    SELECT \(columns) FROM jobsprint.identities
    WHERE id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT $2
    """

  let after: IdentityID?
  let limit: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(after)
    try values.bind(limit)
  }

  static func decode(_ row: inout PostgresRow) throws -> LinkedIdentity { try FindIdentity.decode(&row) }
}

/// Changes nothing where the identity is linked.
struct InsertIdentity: PostgresStatement {
  static let name = "identities.insert"
  static let sql = """
    INSERT INTO jobsprint.identities (\(columns)) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (issuer, subject) DO NOTHING
    """

  let identity: LinkedIdentity

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(identity.id)
    try values.bind(identity.user)
    try values.bind(identity.issuer)
    try values.bind(identity.subject)
    try values.bind(identity.createdAt)
  }
}

struct DeleteIdentity: PostgresStatement {
  static let name = "identities.delete"
  static let sql = "DELETE FROM jobsprint.identities WHERE id = $1"

  let id: IdentityID

  func bind(into values: inout PostgresBindings) throws { try values.bind(id) }
}
