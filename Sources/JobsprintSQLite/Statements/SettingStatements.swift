// SQLite's settings and the number of its schema.

/// A setting of a connection; gives the value that is now set.
struct Setting: SQLStatement {
  let sql: String

  /// In the order in which they must be made.
  static let ofEveryConnection = [
    // Before the first page is written. 64 appends of four entries of 1 KB each: 12 ms with pages of 4 KB, 3 ms with 8
    // KB, 2.5 ms with 16 KB; a single accept: 0.43 ms, 0.40 ms, 0.49 ms.
    Setting(sql: "PRAGMA page_size = 8192"),
    // Debian's SQLite overwrites what is deleted; that doubles the pages written by a retention pass.
    Setting(sql: "PRAGMA secure_delete = OFF"),
    // 16 MB.
    Setting(sql: "PRAGMA cache_size = -16384"),
    Setting(sql: "PRAGMA temp_store = MEMORY"),
    // In pages. A commit that moves the log into the database took 15 ms with 1000, 35 ms with 4000, 70 ms with 8000;
    // the rate was the same.
    Setting(sql: "PRAGMA wal_autocheckpoint = 1000"),
    // After a burst the log shrinks to 64 MB.
    Setting(sql: "PRAGMA journal_size_limit = 67108864"),
  ]

  /// A commit returns when the log is on the disk.
  static let synchronousFull = Setting(sql: "PRAGMA synchronous = FULL")
}

struct SchemaVersion: FixedSQLStatement {
  static let sql = "PRAGMA user_version"

  static func decode(_ row: inout RowReader) -> Int { row.int() }
}

/// The text of a migration that the database has had; the first one recorded stays.
struct KeepMigration: FixedSQLStatement {
  static let sql = "INSERT OR IGNORE INTO migrations (number, name, text) VALUES (?, ?, ?)"

  let number: Int
  let name: String
  let text: [UInt8]

  func bind(to values: inout Binder) {
    values.add(number)
    values.add(name)
    values.add(text)
  }
}

struct ListMigrations: FixedSQLStatement {
  static let sql = "SELECT number, name, text FROM migrations ORDER BY number"

  static func decode(_ row: inout RowReader) -> (number: Int, name: String, text: [UInt8]) {
    (row.int(), row.text(), row.bytes())
  }
}

struct SetSchemaVersion: SQLStatement {
  let version: Int

  var sql: String { "PRAGMA user_version = \(version)" }
}
