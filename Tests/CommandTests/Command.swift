import Foundation
import JobsprintDomain
import JobsprintTesting

/// What a run of the executable gave.
struct Command: Sendable {
  let status: Int32
  let output: String
  let errors: String

  var json: JSONValue { (try? JSONValue(parsing: Array(output.utf8), depthLimit: 512)) ?? .null }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Runs `jobsprint` and waits for its end, in the project's folder.
  static func run(
    _ arguments: String..., input: String = "", server: ServerProcess? = nil, key: String? = ServerProcess.apiKey
  ) async throws -> Command {
    let process = Process()
    process.executableURL = ServerProcess.executable
    process.arguments = arguments
    process.currentDirectoryURL = root
    var environment = ProcessInfo.processInfo.environment
    environment["JOBSPRINT_SERVER"] = server?.baseURL ?? "http://127.0.0.1:9"
    environment["JOBSPRINT_API_KEY"] = key
    process.environment = environment
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    try process.run()
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    async let output = text(of: stdout)
    async let errors = text(of: stderr)
    let texts = await (output, errors)
    process.waitUntilExit()
    return Command(status: process.terminationStatus, output: texts.0, errors: texts.1)
  }

  /// Reading blocks, so it has a thread of its own.
  private static func text(of pipe: Pipe) async -> String {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
      }
    }
  }

  /// A folder that is gone behind `body`.
  static func inFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "jobsprint-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
  }

  /// A server that is gone behind `body`.
  static func beside<Result>(_ body: (ServerProcess, String) async throws -> Result) async throws -> Result {
    try await inFolder { folder in
      let server = try await ServerProcess(data: folder + "/data")
      defer { server.kill() }
      return try await body(server, folder)
    }
  }
}
