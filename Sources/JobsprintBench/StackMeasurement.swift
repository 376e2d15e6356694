import Foundation

/// E3 on `jobsprint-api` and `jobsprint-worker` over PostgreSQL and RabbitMQ, all on the same cores. `scripts/bench`
/// starts the servers and names them in JOBSPRINT_TEST_POSTGRES and JOBSPRINT_TEST_RABBITMQ.
enum StackMeasurement {
  static func figures(_ context: BenchContext) async throws -> [Figure] {
    guard let server = PostgresMeasurement.address,
      let broker = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_RABBITMQ"]
    else { return PostgresMeasurement.notMeasured }
    let database = try await BenchDatabase.make(on: server, as: "jobsprint_bench_stack", context)
    var context = context
    context.database = database.address
    context.broker = broker
    context.aims = E3Aims(rate: 2000, p50: 8, p99: 30)
    let figures =
      try await ThroughputMeasurement.figures(context) + LatencyMeasurement.figures(context)
      + BacklogMeasurement.figures(context, database)
    try await database.drop()
    return figures
  }
}
