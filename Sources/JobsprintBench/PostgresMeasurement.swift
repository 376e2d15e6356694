import Foundation

/// E3 on PostgreSQL. `scripts/bench` starts a server and names it in JOBSPRINT_TEST_POSTGRES.
enum PostgresMeasurement {
  static let notMeasured = [Figure("not measured", .nan, "", against: "no server: run it with 'make bench'")]

  /// nil where there is no server. Without TLS, which nobody uses on loopback.
  static var address: String? {
    ProcessInfo.processInfo.environment["JOBSPRINT_TEST_POSTGRES"].map { "\($0)?sslmode=disable" }
  }

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    guard let address else { return notMeasured }
    try migrate(context.executable, address)
    var context = context
    context.database = address
    context.aims = E3Aims(rate: 3000, p50: 3, p99: 15)
    return try await ThroughputMeasurement.figures(context) + LatencyMeasurement.figures(context)
  }

  static func migrate(_ executable: String, _ address: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = ["migrate", "up"]
    process.environment = ProcessInfo.processInfo.environment.merging(["JOBSPRINT_DATABASE_URL": address]) { $1 }
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BenchError(description: "the database could not be migrated") }
  }
}
