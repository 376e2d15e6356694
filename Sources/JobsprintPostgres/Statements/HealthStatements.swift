import Postgres

/// Numbers of the whole server that tell whether it is well.
struct ReadServerHealth: PostgresStatement {
  static let name = "health.server"
  static let sql = """
    SELECT pg_database_size(current_database()),
      (SELECT setting::int8 FROM pg_settings WHERE name = 'max_connections'),
      (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
      (SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0)::int8 FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())
    """

  static func decode(_ row: inout PostgresRow) throws -> PostgresHealth.Server {
    PostgresHealth.Server(
      databaseBytes: try row.next(), mostConnections: try row.next(), connections: try row.next(),
      longestTransactionSeconds: try row.next())
  }
}

/// The largest tables first; partitions each by itself.
struct ListTableHealth: PostgresStatement {
  static let name = "health.tables"
  static let sql = """
    SELECT relname::text, pg_total_relation_size(relid), n_live_tup, n_dead_tup
    FROM pg_stat_user_tables WHERE schemaname = 'jobsprint' ORDER BY 2 DESC, 1 LIMIT 100
    """

  static func decode(_ row: inout PostgresRow) throws -> PostgresHealth.Table {
    PostgresHealth.Table(name: try row.next(), bytes: try row.next(), rows: try row.next(), deadRows: try row.next())
  }
}
