import Foundation

/// How often programs that have nothing to do ask a database. Each transaction is one round trip: its settings and one
/// statement.
struct IdleMeasurement {
  private static let processes = 4
  private static let seconds = 30

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    guard let server = PostgresMeasurement.address else { return PostgresMeasurement.notMeasured }
    let database = try await BenchDatabase.make(on: server, as: "jobsprint_bench_idle", context)
    var servers: [MeasuredServer] = []
    for _ in 0..<processes {
      servers.append(try await MeasuredServer(executable: context.executable, database: database.address))
    }
    defer { for server in servers { server.stop() } }
    // Starting is work, and what it did is counted late.
    try await Task.sleep(for: .seconds(20))
    let query = try FillStatements.transactions(of: database.name)
    let before = try await database.number(query)
    try await Task.sleep(for: .seconds(seconds))
    // The two questions of this measurement itself are in it.
    let made = try await database.number(query) - before - 2
    for server in servers { server.stop() }
    servers = []
    try await database.drop()
    let rate = Double(made) / Double(seconds)
    return [
      Figure("transactions of \(processes) idle programs", rate, "/s", against: "aim: 2.5 or less"),
      Figure("statements in them", rate * 2, "/s", against: "with their settings; aim: 5 or less"),
    ]
  }
}
