// Fills a database with history: copies of executions that the program itself has just done, with ids of their own,
// spread over eight weeks and fifty workspaces. The measured workspace has a fifth of everything.

import Postgres

enum FillStatements {
  /// Makes the weeks, takes the sample, and numbers what is to be made; needs executions that have ended.
  static func preparation(rows: Int) throws -> [PostgresCommand] {
    [
      PostgresCommand(
        sql: """
          SELECT jobsprint.make_partitions((extract(epoch FROM now()) * 1000)::int8 - k * 5 * 7 * 86400000::int8)
          FROM generate_series(0, 2) AS k
          """),
      PostgresCommand(
        sql: """
          CREATE UNLOGGED TABLE sample AS
          SELECT (row_number() OVER () - 1)::int4 AS place, e.workflow_id, e.version_id, e.input, x.entries, x.last_node
          FROM jobsprint.executions AS e JOIN jobsprint.execution_ends AS x ON x.id = e.id
          WHERE x.entries IS NOT NULL ORDER BY e.id LIMIT 1000
          """),
      try PostgresCommand(
        """
        CREATE UNLOGGED TABLE made AS
        SELECT n, at,
          CASE WHEN n % 5 = 0 THEN '00000000-0000-7000-8000-000000000001'
            ELSE '00000000-0000-7000-9000-' || lpad(to_hex(n % 49), 12, '0') END::uuid AS workspace_id,
          (left(jobsprint.first_id(at)::text, 14) || '7' || substr(h, 1, 3) || '-8' || substr(h, 4, 3) || '-'
            || substr(h, 7, 12))::uuid AS id
        FROM (
          SELECT n, md5(n::text) AS h,
            (extract(epoch FROM now()) * 1000)::int8 - 60000 - (\(rows) - n)::int8 * (4838400000 / \(rows)) AS at
          FROM generate_series(1, \(rows)) AS n) AS g
        """),
    ]
  }

  /// Half of the executions of one workflow, the rest of nine others.
  static let executions = PostgresCommand(
    sql: """
      INSERT INTO jobsprint.executions (workspace_id, id, workflow_id, version_id, accepted_at, mode, lane, input)
      SELECT m.workspace_id, m.id,
        CASE WHEN m.n / 5 % 2 = 0 THEN s.workflow_id
          ELSE ('00000000-0000-7000-a000-' || lpad(to_hex(m.n / 10 % 9), 12, '0'))::uuid END,
        s.version_id, m.at, 'webhook', 'normal', s.input
      FROM made AS m JOIN sample AS s ON s.place = m.n % (SELECT count(*) FROM sample)
      """)

  /// One in 51 has failed, one in 203 was canceled; the journal of one in ten was cut by a barrier.
  static let ends = [
    PostgresCommand(
      sql: """
        INSERT INTO jobsprint.execution_ends
          (id, workspace_id, workflow_id, started_at, finished_at, term, state, last_node, error, entries)
        SELECT m.id, m.workspace_id,
          CASE WHEN m.n % 51 > 0 AND m.n % 203 > 0 THEN NULL
            WHEN m.n / 5 % 2 = 0 THEN s.workflow_id
            ELSE ('00000000-0000-7000-a000-' || lpad(to_hex(m.n / 10 % 9), 12, '0'))::uuid END,
          m.at, m.at + 3, 1,
          CASE WHEN m.n % 51 = 0 THEN 'error' WHEN m.n % 203 = 0 THEN 'canceled' ELSE 'success' END, s.last_node,
          CASE WHEN m.n % 51 = 0
            THEN '{"message":"The order was refused.","name":"NodeOperationError"}'::bytea END,
          CASE WHEN m.n % 10 > 0 THEN s.entries END
        FROM made AS m JOIN sample AS s ON s.place = m.n % (SELECT count(*) FROM sample)
        """),
    PostgresCommand(
      sql: """
        INSERT INTO jobsprint.journal (execution_id, number, workspace_id, entries)
        SELECT m.id, 0, m.workspace_id, s.entries
        FROM made AS m JOIN sample AS s ON s.place = m.n % (SELECT count(*) FROM sample) WHERE m.n % 10 = 0
        """),
  ]

  /// 10,000 workflows that are found by words, and an audit entry for every fiftieth execution.
  static let others = [
    PostgresCommand(
      sql: """
        INSERT INTO jobsprint.workspaces (id, created_at, updated_at, name)
        SELECT id, 0, 0, id::text::bytea FROM (
          SELECT DISTINCT workspace_id AS id FROM made WHERE n % 5 > 0 AND n < 1000) AS w
        """),
    PostgresCommand(
      sql: """
        INSERT INTO jobsprint.workflow_versions (workspace_id, id, workflow_id, created_at, name, document)
        SELECT m.workspace_id, m.id, m.id, m.at, v.name, v.document
        FROM made AS m CROSS JOIN (SELECT * FROM jobsprint.workflow_versions LIMIT 1) AS v WHERE m.n <= 10000
        """),
    PostgresCommand(
      sql: """
        INSERT INTO jobsprint.workflows
          (workspace_id, id, version_id, active_version_id, is_archived, created_at, updated_at, name)
        SELECT m.workspace_id, m.id, m.id, NULL, false, m.at, m.at, v.name
        FROM made AS m CROSS JOIN (SELECT * FROM jobsprint.workflow_versions LIMIT 1) AS v WHERE m.n <= 10000
        """),
    PostgresCommand(
      sql: """
        INSERT INTO jobsprint.workflow_words (workspace_id, workflow_id, words)
        SELECT m.workspace_id, m.id, array_to_tsvector(
          array_remove(tsvector_to_array(w.words), w.workspace_id::text)
            || ARRAY['customer' || m.n / 5 % 100, m.workspace_id::text])
        FROM made AS m CROSS JOIN (SELECT * FROM jobsprint.workflow_words LIMIT 1) AS w WHERE m.n <= 10000
        """),
    PostgresCommand(
      sql: """
        INSERT INTO jobsprint.audit_logs
          (id, workspace_id, at, sequence, hash, actor_kind, actor_id, action, subject, details, words)
        SELECT m.id, m.workspace_id, m.at, m.n + 1000000, '\\x00', 'apiKey', m.id::text, 'workflow.updated',
          m.id::text::bytea, '{}',
          array_to_tsvector(ARRAY['workflow', 'updated', 'customer' || m.n / 250 % 100, m.workspace_id::text])
        FROM made AS m WHERE m.n / 5 % 50 = 0
        """),
    PostgresCommand(sql: "DROP TABLE made, sample"),
    PostgresCommand(sql: "ANALYZE"),
  ]

  /// In MB.
  static let size = PostgresCommand(sql: "SELECT pg_database_size(current_database()) / 1000000")

  /// Transactions of a database so far.
  static func transactions(of database: String) throws -> PostgresCommand {
    try PostgresCommand("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1") {
      try $0.bind(database)
    }
  }
}
