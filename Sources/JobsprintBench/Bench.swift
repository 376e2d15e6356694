// What this build does on this machine. Each measurement stands alone, tells what it was measured against, and leaves
// nothing behind: servers are processes of their own on loopback, over a folder that is removed at the end.

import Allocator
import Foundation

public struct BenchOptions: Sendable {
  /// The `jobsprint` that is measured.
  public var executable: String
  /// Of load, for each figure.
  public var seconds: Int
  /// Print one JSON object.
  public var json: Bool
  /// Names of the measurements to make; empty for all.
  public var only: [String]
  /// A folder on the disk that is measured.
  public var dataDirectory: String?
  /// History for `postgres-million`.
  public var executions = 1_000_000
  /// Seconds of load beside an idle transaction, for `postgres-million`; nil: as long as one run.
  public var idleTransaction: Int?

  public init(executable: String, seconds: Int, json: Bool, only: [String], dataDirectory: String?) {
    self.executable = executable
    self.seconds = seconds
    self.json = json
    self.only = only
    self.dataDirectory = dataDirectory
  }
}

public struct BenchError: Error, CustomStringConvertible {
  public let description: String
}

public struct Bench: Sendable {
  private let options: BenchOptions

  public init(options: BenchOptions) { self.options = options }

  /// In the order in which they are made.
  private static let measurements: [(name: String, of: @Sendable (BenchContext) async throws -> [Figure])] = [
    ("disk", { try DiskMeasurement.figures(in: $0.folder) }),
    ("json", { _ in try JSONMeasurement.figures() }),
    ("engine", { _ in try EngineMeasurement.figures() }),
    ("tokens", { _ in try await TokenMeasurement.figures() }),
    ("nodes", { try await NodeMeasurement.figures($0) }),
    ("sandbox", { try await SandboxMeasurement.figures($0) }),
    ("run", { try RunMeasurement.figures($0) }),
    ("start", { try await StartMeasurement.figures($0) }),
    ("throughput", { try await ThroughputMeasurement.figures($0) }),
    ("latency", { try await LatencyMeasurement.figures($0) }),
    ("inserts", { _ in try await InsertMeasurement.figures() }),
    ("postgres", { try await PostgresMeasurement.figures($0) }),
    ("stack", { try await StackMeasurement.figures($0) }),
    ("access", { try await AccessMeasurement.figures($0) }),
    ("events", { try await EventMeasurement.figures($0) }),
    ("postgres-idle", { try await IdleMeasurement.figures($0) }),
    ("postgres-million", { try await MillionMeasurement.figures($0) }),
  ]

  public func run() async throws {
    let known = Self.measurements.map(\.name)
    if let stranger = options.only.first(where: { !known.contains($0) }) {
      throw BenchError(
        description: "There is no measurement '\(stranger)': choose of \(known.joined(separator: ", ")).")
    }
    // As the servers do, whose nodes, engine and JSON are measured in this process.
    Allocator.keepFreedMemory()
    let report = Report(asJSON: options.json)
    let folder = URL(filePath: options.dataDirectory ?? ".bench", directoryHint: .isDirectory)
      .appending(path: "run-\(ProcessInfo.processInfo.processIdentifier)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    report.begin()
    for (name, figures) in Self.measurements where options.only.isEmpty || options.only.contains(name) {
      let context = BenchContext(
        executable: options.executable, seconds: options.seconds, folder: folder.appending(path: name),
        executions: options.executions, idleTransaction: options.idleTransaction ?? 0)
      try FileManager.default.createDirectory(at: context.folder, withIntermediateDirectories: true)
      report.add(try await figures(context), to: name)
      try FileManager.default.removeItem(at: context.folder)
    }
    report.end()
  }
}

/// What E3 is to reach: executions a second, and milliseconds at 300/s.
struct E3Aims: Sendable {
  let rate: Int
  let p50: Int
  let p99: Int
}

/// What one measurement may use.
struct BenchContext: Sendable {
  let executable: String
  let seconds: Int
  /// Its own, empty.
  let folder: URL
  let executions: Int
  /// Seconds.
  let idleTransaction: Int
  /// The address of a PostgreSQL database instead of the folder.
  var database: String?
  /// What E3 is to reach there.
  var aims = E3Aims(rate: 3000, p50: 2, p99: 10)
  /// RabbitMQ's address: an API and a worker instead of one program.
  var broker: String?
  /// Settings of the programs besides.
  var settings: [String: String] = [:]
}
