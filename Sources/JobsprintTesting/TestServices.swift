import Foundation
import Synchronization

/// Private servers of `scripts/services` in one folder. What a test run starts here is stopped when its process ends.
public final class TestServices: Sendable {
  public let folder: String
  private let environment = Mutex<[String: String]>([:])

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/services").path

  /// - Parameter folder: one in which servers run already, to use them; nil: a new one of this process.
  public init(folder given: String? = nil) {
    folder = given ?? "/tmp/jobsprint-services-\(UInt32.random(in: 0 ... .max))"
    if given == nil { Self.lastWill.withLock { $0.append(folder) } }
  }

  private static let lastWill: Mutex<[String]> = {
    atexit {
      for folder in TestServices.lastWill.withLock({ $0 }) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [TestServices.script, "stop", folder]
        try? process.run()
        process.waitUntilExit()
      }
    }
    return Mutex([])
  }()

  /// Returns when it is ready.
  public func start(_ service: String) async throws {
    try await run(Self.script, ["start", folder, service])
    let lines = try await run(Self.script, ["env", folder]).split(separator: "\n")
    environment.withLock { environment in
      for line in lines {
        let pair = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1)
        if pair.count == 2 { environment[String(pair[0])] = String(pair[1]) }
      }
    }
  }

  /// Asks it to end; data and port are kept for the next start.
  public func halt(_ service: String) async throws {
    try await run(Self.script, ["halt", folder, service])
  }

  public func stop() async { _ = try? await run(Self.script, ["stop", folder]) }

  /// What a server's start has said of it, such as `JOBSPRINT_TEST_POSTGRES`.
  public func value(_ name: String) throws -> String {
    guard let value = environment.withLock({ $0[name] }) else { throw ServerFailure(reason: "no \(name) in \(folder)") }
    return value
  }

  /// Runs a shell script to its end. Nobody's thread waits: the flow under test needs them.
  /// - Returns: its output.
  @discardableResult
  public func run(_ script: String, _ arguments: [String]) async throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [script] + arguments
    // A pipe would stay open in the server.
    let path = "/tmp/jobsprint-services-\(UInt32.random(in: 0 ... .max)).out"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let output = try FileHandle(forWritingTo: URL(filePath: path))
    process.standardOutput = output
    process.standardError = output
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard status == 0 else { throw ServerFailure(reason: "\(script) \(arguments): \(text)") }
    return text
  }
}
