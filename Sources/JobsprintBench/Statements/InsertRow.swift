import Postgres

/// One row of 200 bytes; the same for the driver and for pgbench.
struct InsertRow: PostgresStatement {
  static let name = "bench.insert"
  static let sql = "INSERT INTO bench (key, payload) VALUES ($1, $2)"

  static let table = """
    DROP TABLE IF EXISTS bench;
    CREATE TABLE bench (id bigserial PRIMARY KEY, key int8, payload text)
    """

  static let pgbench = """
    \\set key random(1, 1000000)
    INSERT INTO bench (key, payload) VALUES (:key, '\(payload)');

    """

  private static let payload = String(repeating: "x", count: 200)

  let key: Int

  func bind(into values: inout PostgresBindings) throws {
    try values.bind(key)
    try values.bind(Self.payload)
  }
}
