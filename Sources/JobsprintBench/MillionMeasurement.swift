// PostgreSQL with as much history as production has: lists, one execution and search over HTTP, and E3 beside an empty
// database and beside a transaction that was forgotten.

import Foundation
import JobsprintDomain
import NIOPosix

struct MillionMeasurement {
  private static let connections = 64
  private static let rounds = 3
  /// Requests of each kind.
  private static let requests = 1000
  /// Pages that are turned to gather cursors and ids: 10,000 executions deep.
  private static let pages = 40

  private let context: BenchContext

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    guard let server = PostgresMeasurement.address else { return PostgresMeasurement.notMeasured }
    let empty = try await BenchDatabase.make(on: server, as: "jobsprint_bench_empty", context)
    let full = try await BenchDatabase.make(on: server, as: "jobsprint_bench_full", context)
    let measurement = MillionMeasurement(context: context)
    let figures = try await measurement.figures(empty, full)
    try await empty.drop()
    try await full.drop()
    return figures
  }

  private func figures(_ empty: BenchDatabase, _ full: BenchDatabase) async throws -> [Figure] {
    var figures = try await fill(full)
    figures += try await onServer(of: full) { server in
      try await Self.reading(LoadConnection.open(port: server.port, on: MultiThreadedEventLoopGroup.singleton))
    }
    // In turns, so that whatever else the machine does falls on both alike; each on the database as it is by then.
    var (alone, beside) = ([Double](), [Double]())
    for _ in 0..<Self.rounds {
      alone.append(try await onServer(of: empty) { try await rate(of: $0, seconds: share) })
      beside.append(try await onServer(of: full) { try await rate(of: $0, seconds: share) })
    }
    let forgotten = try await onServer(of: full) { server in
      try await full.besideAnIdleTransaction {
        if context.idleTransaction > share {
          _ = try await rate(of: server, seconds: context.idleTransaction - share)
        }
        return try await rate(of: server, seconds: share)
      }
    }
    let (base, full) = (Self.median(alone), Self.median(beside))
    figures += [
      Figure("E3, an empty database", base, "/s"),
      Figure("E3 beside all of it", full, "/s", against: "\(Self.percent(full, of: base)); aim: 90 % or more"),
      Figure(
        "E3, \(max(share, context.idleTransaction)) s into an idle transaction", forgotten, "/s",
        against: "\(Self.percent(forgotten, of: full)); aim: 90 % or more"),
    ]
    return figures
  }

  /// Of each run.
  private var share: Int { max(1, context.seconds / Self.rounds) }

  private func onServer<Value: Sendable>(
    of database: BenchDatabase, _ body: (MeasuredServer) async throws -> Value
  ) async throws -> Value {
    let server = try await MeasuredServer(executable: context.executable, database: database.address)
    defer { server.stop() }
    return try await body(server)
  }

  /// What E3 leaves is what history is made of.
  private func fill(_ database: BenchDatabase) async throws -> [Figure] {
    _ = try await onServer(of: database) { try await rate(of: $0, seconds: 2) }
    let clock = ContinuousClock()
    let begin = clock.now
    try await database.run(try FillStatements.preparation(rows: context.executions))
    async let executions: Void = database.run([FillStatements.executions])
    try await database.run(FillStatements.ends)
    try await executions
    try await database.run(FillStatements.others)
    let took = (clock.now - begin) / .seconds(1)
    return [
      Figure(
        "executions in 50 workspaces, 8 weeks", Double(context.executions), "",
        against: "a fifth in the measured workspace; the fill took \(Int(took)) s"),
      Figure("database", Double(try await database.number(FillStatements.size)), "MB"),
    ]
  }

  private func rate(of server: MeasuredServer, seconds: Int) async throws -> Double {
    let load = try await LoadGenerator.open(server, connections: Self.connections)
    let rate = try await load.rate(seconds: seconds)
    try await load.close()
    return rate
  }

  // MARK: Reading

  private static func reading(_ connection: LoadConnection) async throws -> [Figure] {
    var (cursors, ids, workflow) = ([String](), [String](), "")
    for _ in 0..<pages {
      let cursor = cursors.last.map { "&cursor=\($0)" } ?? ""
      let page = try await get("/executions?limit=250\(cursor)", on: connection)
      guard case .array(let executions) = page["data"] else { break }
      ids += executions.compactMap { $0["id"]?.stringValue }
      workflow = executions.last?["workflowId"]?.stringValue ?? workflow
      guard let next = page["nextCursor"]?.stringValue else { break }
      cursors.append(next)
    }
    guard !cursors.isEmpty else { throw BenchError(description: "there is only one page of executions") }
    let kinds: [(String, @Sendable () -> String)] = [
      ("newest 100", { "/executions" }),
      ("newest 100 that failed", { "/executions?status=error" }),
      ("newest 100 of a workflow", { [workflow] in "/executions?workflowId=\(workflow)" }),
      ("its newest 100 that failed", { [workflow] in "/executions?status=error&workflowId=\(workflow)" }),
      (
        "a rare one's newest 100 that failed",
        { "/executions?status=error&workflowId=00000000-0000-7000-a000-000000000003" }
      ),
      ("100 deep in history", { [cursors] in "/executions?cursor=\(cursors.randomElement() ?? "")" }),
      (
        "100 that failed, deep in history",
        { [cursors] in "/executions?status=error&cursor=\(cursors.randomElement() ?? "")" }
      ),
      ("one execution with its data", { [ids] in "/executions/\(ids.randomElement() ?? "")?includeData=true" }),
      ("workflows by words", { "/workflows?q=customer\(Int.random(in: 0..<100))" }),
      ("audit entries by words", { "/audit-logs?q=customer\(Int.random(in: 0..<100))" }),
    ]
    var figures: [Figure] = []
    for (name, path) in kinds {
      var times: [Duration] = []
      // The first ones find nothing in memory and, on each connection, no plan; they count.
      for _ in 0..<requests {
        let begin = ContinuousClock.now
        _ = try await get(path(), on: connection)
        times.append(ContinuousClock.now - begin)
      }
      let percentiles = Percentiles(times)
      figures.append(
        Figure(
          "\(name), p99", percentiles.milliseconds(at: 0.99), "ms",
          against: "p50: \(Report.text(of: percentiles.milliseconds(at: 0.5))), "
            + "longest: \(Report.text(of: percentiles.milliseconds(at: 1))); aim: 20 or less"))
    }
    try await connection.close()
    return figures
  }

  private static func get(_ path: String, on connection: LoadConnection) async throws -> JSONValue {
    let answer = try await connection.get(path)
    guard answer.status == 200 else { throw BenchError(description: "\(path) was answered with \(answer.status)") }
    return try JSONValue(parsing: answer.body)
  }

  private static func median(_ rates: [Double]) -> Double { rates.sorted()[rates.count / 2] }

  private static func percent(_ rate: Double, of base: Double) -> String {
    "\(Int((rate / base * 100).rounded())) %"
  }
}
