import Foundation
import JobsprintDomain

/// A load that is accepted faster than it is done: what batches take, how what waits is drained, and what the programs
/// do when there is nothing left.
enum BacklogMeasurement {
  private static let executions = 100_000
  private static let batch = 1000
  private static let connections = 4
  private static let idleSeconds = 20

  static func figures(_ context: BenchContext, _ database: BenchDatabase) async throws -> [Figure] {
    let site = try await MeasuredSite.open(context)
    defer { site.stop() }
    let load = try await LoadGenerator.open(site.front, connections: connections)
    // Warm, and so that its memory counts as there before.
    _ = try await load.batches(of: batch, count: 10)
    try await ended(in: database)
    let memoryBefore = site.workerMemory
    let clock = ContinuousClock()
    let begin = clock.now
    let accepted = try await load.batches(of: batch, count: executions / batch)
    let accepting = clock.now - begin
    try await ended(in: database)
    let draining = clock.now - begin
    let memoryAfter = site.workerMemory
    try await load.close()
    let query = try FillStatements.transactions(of: database.name)
    // What was done is counted late.
    try await Task.sleep(for: .seconds(10))
    let (transactions, processor) = (try await database.number(query), site.processorTime)
    try await Task.sleep(for: .seconds(idleSeconds))
    // The two questions of this measurement itself are in it.
    let made = try await database.number(query) - transactions - 2
    return [
      Figure(
        "accepted in batches of \(batch)", Double(accepted) / (accepting / .seconds(1)), "/s",
        against: "aim: 6000 or more"),
      Figure(
        "all \(accepted) ended, with accepting them", Double(accepted) / (draining / .seconds(1)), "/s",
        against: "aim: the full rate"),
      Figure("the worker's resident memory before", memoryBefore, "MB"),
      Figure("the worker's resident memory after", memoryAfter, "MB", against: "aim: flat"),
      Figure(
        "statements when idle", Double(made) / Double(idleSeconds) * 2, "/s", against: "with their settings; aim: 5"),
      Figure(
        "the programs' processor time when idle", (site.processorTime - processor) / Double(idleSeconds) * 100, "%",
        against: "of one core; aim: 1 or less"),
    ]
  }

  /// Returns when nothing of the database is new or running any more.
  private static func ended(in database: BenchDatabase) async throws {
    while try await database.number(DatabaseStatements.unfinished) > 0 { try await Task.sleep(for: .milliseconds(200)) }
  }
}

extension LoadGenerator {
  /// Sends batches on every connection, one after the other.
  /// - Returns: how many executions were accepted.
  func batches(of size: Int, count: Int) async throws -> Int {
    let body = JSONValue.object([
      "executions": .array(
        try (0..<size).map { ["workflowId": .string(workflow), "input": try JSONValue(parsing: E3.body(number: $0))] })
    ]).jsonBytes
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for (place, connection) in connections.enumerated() {
        group.addTask {
          var accepted = 0
          for _ in stride(from: place, to: count, by: connections.count) {
            let answer = try await connection.post("/executions/batch", body)
            guard answer.status == 202, try JSONValue(parsing: answer.body)["accepted"] == .integer(Int64(size)) else {
              throw BenchError(description: "a batch was answered with \(answer.status)")
            }
            accepted += size
          }
          return accepted
        }
      }
      return try await group.reduce(0, +)
    }
  }
}
