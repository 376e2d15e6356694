public import Foundation
import Synchronization

/// A program as a process of its own, with the nodes for tests.
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

  /// `jobsprint serve` over one data folder; returns when it answers requests.
  /// - Parameters:
  ///   - ledger: where `jobsprint.testEffect` writes what it did.
  ///   - sabotage: the promise to break on purpose.
  ///   - log: the file that takes all that it logs.
  public convenience init(
    data: String, ledger: String? = nil, sabotage: String? = nil, log: String? = nil
  ) async throws {
    var environment = ["JOBSPRINT_TEST_LEDGER": ledger, "JOBSPRINT_TEST_SABOTAGE": sabotage]
    if log != nil { environment["JOBSPRINT_LOG_LEVEL"] = "trace" }
    try await self.init(
      "jobsprint", ["serve", "--port", "0", "--data", data], environment: environment, log: log)
  }

  /// Any program that says on a line where it is ready.
  /// - Parameter log: the file that takes its standard error, appended to.
  public init(
    _ program: String, _ arguments: [String], environment more: [String: String?], log: String? = nil
  ) async throws {
    let process = Process()
    process.executableURL = Self.builtProgram(program)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["JOBSPRINT_BOOTSTRAP_API_KEY"] = Self.apiKey
    environment["JOBSPRINT_TEST_NODES"] = "1"
    for (name, value) in more { environment[name] = value }
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    if let log {
      _ = FileManager.default.createFile(atPath: log, contents: nil)
      process.standardError = FileHandle(forWritingAtPath: log)
    }
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
          guard let match = text.firstMatch(of: /http:\/\/[^\/\s]+\//) else { continue }
          return continuation.resume(returning: String(match.output.dropLast()))
        }
      }
    }
  }

  /// A test that failed before it ended its server leaves nothing behind: whoever waits for the end of the output would
  /// wait for the server's.
  deinit {
    process.withLock { process in
      if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
    }
  }

  /// kill -9, and waits until it is gone.
  public func kill() {
    process.withLock { process in
      Glibc.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// Until it has ended, by itself or not.
  public var isRunning: Bool { process.withLock { $0.isRunning } }

  public enum Halt: Sendable { case paused, ended }

  /// Returns when a signal has paused it, or when it has ended, by a signal or by itself; ``resume()`` has one that was
  /// paused go on.
  /// - Throws: ``ServerFailure`` where it has gone on for so long; it is killed then.
  public func halt(within limit: Duration = .seconds(60)) async throws -> Halt {
    let alarm = Task {
      guard (try? await Task.sleep(for: limit)) != nil else { return false }
      process.withLock { if $0.isRunning { Glibc.kill($0.processIdentifier, SIGKILL) } }
      return true
    }
    let pid = process.withLock(\.processIdentifier)
    let halt: Halt = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var event = siginfo_t()
        // What is seen stays there for whoever waits for its end.
        let found = waitid(P_PID, id_t(pid), &event, WSTOPPED | WEXITED | WNOWAIT)
        continuation.resume(returning: found == 0 && event.si_code == CLD_STOPPED ? .paused : .ended)
      }
    }
    alarm.cancel()
    guard await !alarm.value else { throw ServerFailure(reason: "the process \(pid) went on for \(limit)") }
    return halt
  }

  /// SIGCONT.
  public func resume() { process.withLock { _ = Glibc.kill($0.processIdentifier, SIGCONT) } }

  /// SIGTERM, and waits; its exit code.
  public func stop() -> Int32 {
    process.withLock { process in
      process.terminate()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  /// Sends a signal to the process whose number a file holds.
  /// - Returns: its number.
  @discardableResult
  static func signal(_ number: Int32, toProcessIn path: String) throws -> Int32 {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let pid = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)), Glibc.kill(pid, number) == 0 else {
      throw ServerFailure(reason: "there is no process of \(path)")
    }
    return pid
  }

  public var processIdentifier: Int32 { process.withLock { $0.processIdentifier } }
}

public struct ServerFailure: Error {
  public let reason: String

  public init(reason: String) { self.reason = reason }
}
