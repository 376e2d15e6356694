import Foundation
import Postgres

/// Single-row inserts of 200 bytes, each its own transaction, beside pgbench on the same table of the same server.
///
/// Every rate is a median of three rounds in which all take turns, so that whatever else the machine does falls on all
/// alike.
struct InsertMeasurement {
  private static let inserts = 6000

  let address: String

  static func figures() async throws -> [Figure] {
    guard let address = PostgresMeasurement.address else { return PostgresMeasurement.notMeasured }
    let measurement = InsertMeasurement(address: address)
    try await measurement.prepare()
    var (alone, near, pgbenchAlone) = ([Double](), [Double](), [Double]())
    var (pools, clients) = ([Int: [Double]](), [Int: [Double]]())
    for _ in 0..<3 {
      pgbenchAlone.append(try measurement.pgbench(clients: 1))
      alone.append(try await measurement.pool(size: 1, tasks: 1))
      near.append(try await measurement.onReceivingThread())
      for count in [8, 16, 32] { clients[count, default: []].append(try measurement.pgbench(clients: count)) }
      for size in [4, 8, 16] { pools[size, default: []].append(try await measurement.pool(size: size, tasks: 64)) }
    }
    let best = clients.values.map(median).max() ?? .nan
    return [
      Figure(
        "inserts, one connection, one caller", median(alone), "/s", against: "pgbench -c1: \(median(pgbenchAlone))"),
      Figure("the same on the thread that receives the answers", median(near), "/s"),
      Figure(
        "inserts, the pool at its best", pools.values.map(median).max() ?? .nan, "/s",
        against: "pgbench at its best: \(best)"),
    ]
  }

  private static func median(_ rates: [Double]) -> Double { rates.sorted()[rates.count / 2].rounded() }

  private func prepare() async throws {
    try await withPool(size: 1) { pool in
      try await pool.transaction {
        try await $0.script(InsertRow.table)
      }
    }
  }

  private func pool(size: Int, tasks: Int) async throws -> Double {
    try await withPool(size: size) { pool in
      try await pool.execute(InsertRow(key: 0))
      let start = ContinuousClock.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<tasks {
          group.addTask { for key in 0..<Self.inserts / tasks { try await pool.execute(InsertRow(key: key)) } }
        }
        try await group.waitForAll()
      }
      return Double(Self.inserts / tasks * tasks) / ((ContinuousClock.now - start) / .seconds(1))
    }
  }

  /// As an archive is restored.
  private func onReceivingThread() async throws -> Double {
    try await withPool(size: 1) { pool in
      try await pool.execute(InsertRow(key: 0))
      return try await pool.withReceivingThread {
        let start = ContinuousClock.now
        for key in 0..<Self.inserts { try await pool.execute(InsertRow(key: key)) }
        return Double(Self.inserts) / ((ContinuousClock.now - start) / .seconds(1))
      }
    }
  }

  private func withPool<Value>(size: Int, _ body: (PostgresPool) async throws -> Value) async throws -> Value {
    var options = try PostgresOptions(address)
    options.size = size
    let pool = PostgresPool(options)
    let running = Task { await pool.run() }
    let value = try await body(pool)
    running.cancel()
    await running.value
    return value
  }

  /// With a number of transactions rather than of seconds: its alarm clock does not ring under Foundation's Process.
  private func pgbench(clients: Int) throws -> Double {
    let script = FileManager.default.temporaryDirectory.appending(path: "jobsprint-bench-\(getpid()).sql")
    try InsertRow.pgbench.write(to: script, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: script) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "PATH=/usr/lib/postgresql/15/bin:\(ProcessInfo.processInfo.environment["PATH"] ?? "")", "pgbench", "-n", "-M",
      "prepared", "-c", "\(clients)", "-j", "\(min(2, clients))", "-t", "\(Self.inserts / clients)", "-f", script.path,
      address,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let rate = text.split(separator: "\n").first { $0.hasPrefix("tps = ") }?.split(separator: " ").dropFirst(2).first
    guard let value = rate.flatMap({ Double($0) }) else {
      throw BenchError(description: "pgbench gave no rate: \(text)")
    }
    return value
  }
}
