import Foundation
import Synchronization

/// A program as a process of its own.
final class MeasuredServer: Sendable {
  static let apiKey = "bench-key-0123456789-0123456789-0123456789"

  let port: Int
  let processIdentifier: Int32
  /// From the start of the process to its line that says it is ready.
  let startTime: Duration
  private let process: Mutex<Process>

  /// `jobsprint serve` over a folder.
  convenience init(executable: String, folder: URL) async throws {
    try await self.init(
      executable, ["serve", "--port", "0"], environment: ["JOBSPRINT_DATA": folder.appending(path: "data").path])
  }

  /// `jobsprint serve` over a database.
  convenience init(executable: String, database: String) async throws {
    try await self.init(executable, ["serve", "--port", "0"], environment: ["JOBSPRINT_DATABASE_URL": database])
  }

  /// Any program that says on a line where it is ready.
  /// - Parameter more: nil takes a variable away.
  init(_ executable: String, _ arguments: [String], environment more: [String: String?]) async throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["JOBSPRINT_BOOTSTRAP_API_KEY"] = Self.apiKey
    environment["JOBSPRINT_HOST"] = "127.0.0.1"
    for (name, value) in more { environment[name] = value }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    let clock = ContinuousClock()
    let begin = clock.now
    try process.run()
    port = try await Self.port(in: output.fileHandleForReading)
    startTime = clock.now - begin
    processIdentifier = process.processIdentifier
    self.process = Mutex(process)
  }

  /// The port in the line that says it is ready.
  private static func port(in output: FileHandle) async throws -> Int {
    let (chunks, more) = AsyncStream<Data>.makeStream()
    output.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty { more.finish() } else { more.yield(data) }
    }
    defer { output.readabilityHandler = nil }
    var text = ""
    for await chunk in chunks {
      text += String(decoding: chunk, as: UTF8.self)
      if let match = text.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)\//), let port = Int(match.1) { return port }
    }
    throw BenchError(description: "the server ended before it was ready: \(text)")
  }

  /// SIGTERM, and waits until it is gone.
  func stop() {
    process.withLock { process in
      process.terminate()
      process.waitUntilExit()
    }
  }

  /// Resident memory in MB, from /proc.
  var residentMemory: Double {
    let status = (try? String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kilobytes = line?.split(separator: " ").compactMap { Double($0) }.first
    return (kilobytes ?? .nan) / 1000
  }

  /// Seconds of processor time so far, from /proc.
  var processorTime: Double {
    let stat = (try? String(contentsOfFile: "/proc/\(processIdentifier)/stat", encoding: .utf8)) ?? ""
    // The name in brackets may hold anything; user and system time are fields 14 and 15.
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
