public import Foundation
import Synchronization

/// `jobsprint serve` as a process of its own, over one data folder, with the nodes for tests.
public final class ServerProcess: Sendable {
  public static let apiKey = "test-key-0123456789-0123456789-0123456789"

  public static let executable = builtProgram("jobsprint")

  /// Where the tests' own build has put an executable.
  public static func builtProgram(_ name: String) -> URL {
    let tests = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = tests.deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appending(path: name)
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
      folder.deleteLastPathComponent()
    }
    return URL(filePath: ".build/debug/\(name)")
  }

  private let process: Mutex<Process>
  public let baseURL: String

  /// Starts it and returns when it answers requests.
  /// - Parameters:
  ///   - ledger: where `jobsprint.testEffect` writes what it did.
  ///   - sabotage: the promise to break on purpose.
  public init(data: String, ledger: String? = nil, sabotage: String? = nil) async throws {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = ["serve", "--port", "0", "--data", data]
    var environment = ProcessInfo.processInfo.environment
    environment["JOBSPRINT_BOOTSTRAP_API_KEY"] = Self.apiKey
    environment["JOBSPRINT_TEST_NODES"] = "1"
    environment["JOBSPRINT_TEST_LEDGER"] = ledger
    environment["JOBSPRINT_TEST_SABOTAGE"] = sabotage
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    self.process = Mutex(process)
    baseURL = try await Self.address(in: output.fileHandleForReading)
  }

  /// The address in the line that says it is ready. Reading blocks, so it has a thread of its own.
  private static func address(in output: FileHandle) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        var text = ""
        while true {
          let data = output.availableData
          guard !data.isEmpty else {
            return continuation.resume(throwing: ServerFailure(reason: "the server ended before it was ready: \(text)"))
          }
          text += String(decoding: data, as: UTF8.self)
          guard let start = text.range(of: "http://"), let end = text.range(of: "/api/v1") else { continue }
          return continuation.resume(returning: String(text[start.lowerBound..<end.lowerBound]))
        }
      }
    }
  }

  /// kill -9, and waits until it is gone.
  public func kill() {
    process.withLock { process in
      Glibc.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// SIGTERM, and waits; its exit code.
  public func stop() -> Int32 {
    process.withLock { process in
      process.terminate()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  public var processIdentifier: Int32 { process.withLock { $0.processIdentifier } }
}

public struct ServerFailure: Error {
  public let reason: String
}
