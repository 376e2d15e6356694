import JobsprintDomain
import Postgres

/// Numbers of the whole server that tell whether it is well.
struct ReadServerHealth: PostgresStatement {
  static let name = "health.server"
  static let sql = """
    SELECT pg_database_size(current_database()),
      (SELECT setting::int8 FROM pg_settings WHERE name = 'max_connections'),
      count(*), coalesce(max(extract(epoch FROM now() - xact_start)) FILTER (WHERE pid <> pg_backend_pid()), 0)::int8,
      count(*) > count(backend_start)
    FROM pg_stat_activity WHERE backend_type = 'client backend' OR backend_type IS NULL AND datid IS NOT NULL
    """

  static func decode(_ row: inout PostgresRow) throws -> PostgresHealth.Server {
    PostgresHealth.Server(
      databaseBytes: try row.next(), mostConnections: try row.next(), connections: try row.next(),
      longestTransactionSeconds: try row.next(), hidesSessions: try row.next())
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

/// Worker tags with new executions. Ids begin with 48 bits of milliseconds.
struct ListWaitingTags: PostgresStatement {
  static let name = "health.tags"
  static let sql = """
    SELECT tag, count(*), ('x0000' || left(replace(min(id::text), '-', ''), 12))::bit(64)::int8
    FROM jobsprint.live_executions WHERE state = 'new' AND tag <> '' GROUP BY tag ORDER BY tag
    """

  static func decode(_ row: inout PostgresRow) throws -> PostgresHealth.Tag {
    PostgresHealth.Tag(name: try row.next(), waiting: try row.next(), since: try row.time())
  }
}

/// A partition's bounds are ids, and ids begin with 48 bits of milliseconds.
struct ListPartitionHealth: PostgresStatement {
  static let name = "health.partitions"
  static let sql = """
    SELECT parent, count(*),
      ('x0000' || left(replace(min(first_id::text), '-', ''), 12))::bit(64)::int8,
      ('x0000' || left(replace(max(end_id::text), '-', ''), 12))::bit(64)::int8
    FROM jobsprint.partitions GROUP BY parent ORDER BY parent
    """

  static func decode(_ row: inout PostgresRow) throws -> PostgresHealth.Partitions {
    PostgresHealth.Partitions(
      table: try row.next(), count: try row.next(), since: try row.time(), until: try row.time())
  }
}

/// Programs by the name that they give themselves.
struct ListPools: PostgresStatement {
  static let name = "health.pools"
  static let sql = """
    SELECT application_name, count(*), count(*) FILTER (WHERE state <> 'idle' AND pid <> pg_backend_pid())
    FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'jobsprint%'
    GROUP BY application_name ORDER BY application_name LIMIT 50
    """

  static func decode(_ row: inout PostgresRow) throws -> PostgresHealth.Pool {
    PostgresHealth.Pool(program: try row.next(), connections: try row.next(), inUse: try row.next())
  }
}

/// The schema of the extension that counts statements, in which its view is.
struct FindStatementCounts: PostgresStatement {
  static let name = "health.find-counts"
  static let sql = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_stat_statements'"

  static func decode(_ row: inout PostgresRow) throws -> String { try row.next() }
}

/// What calls of this program take in this database. One row, of NULLs where nothing was called. Its roles tell its
/// statements from others': the texts are for those who may read all statistics.
struct ReadStatementCounts {
  /// As an identifier.
  let schema: String

  func command() -> PostgresCommand {
    PostgresCommand(
      name: "health.counts",
      sql: """
        SELECT (min(us) FILTER (WHERE share >= 0.50))::int8, (min(us) FILTER (WHERE share >= 0.95))::int8,
          (min(us) FILTER (WHERE share >= 0.99))::int8
        FROM (
          SELECT mean_exec_time * 1000 AS us,
            sum(calls) OVER (ORDER BY mean_exec_time ROWS UNBOUNDED PRECEDING) / sum(calls) OVER () AS share
          FROM \(schema).pg_stat_statements
          WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND userid = ANY (ARRAY(SELECT oid FROM pg_roles WHERE rolname IN
              ('jobsprint_api', 'jobsprint_journal', 'jobsprint_claimer', 'jobsprint_keeper')))) AS s
        """)
  }

  static func decode(_ row: inout PostgresRow) throws -> PostgresHealth.Statements? {
    guard let p50: Int = try row.nextOptional(), let p95: Int = try row.nextOptional(),
      let p99: Int = try row.nextOptional()
    else { return nil }
    return PostgresHealth.Statements(source: .calls, p50: p50, p95: p95, p99: p99)
  }
}
