import Foundation
import Glibc
import Testing

/// A private broker, started and stopped with scripts/services: that of `JOBSPRINT_TEST_RABBITMQ`, or one for this run.
final class TestBroker: Sendable {
  let url: String
  let folder: String
  private let home: String
  private let isOwn: Bool

  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts/services").path

  static let isInstalled = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/sbin"].contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/rabbitmq-server")
  }

  private init() throws {
    let given = ProcessInfo.processInfo.environment["JOBSPRINT_TEST_RABBITMQ_HOME"]
    isOwn = given == nil
    folder =
      given.map { URL(filePath: $0).deletingLastPathComponent().path }
      ?? "/tmp/rabbitmq-tests-\(UInt32.random(in: 0 ... .max))"
    try Self.run([Self.script, "start", folder, "rabbitmq"])
    let lines = try Self.run([Self.script, "env", folder, "rabbitmq"]).split(separator: "\n")
    func value(_ name: String) throws -> String {
      let prefix = "export JOBSPRINT_TEST_RABBITMQ\(name)="
      return String(try #require(lines.first { $0.hasPrefix(prefix) }).dropFirst(prefix.count))
    }
    url = try value("")
    home = try value("_HOME")
  }

  func start() throws { try Self.run([Self.script, "start", folder, "rabbitmq"]) }
  func halt() throws { try Self.run([Self.script, "halt", folder, "rabbitmq"]) }

  /// rabbitmqctl
  func control(_ arguments: String...) throws { try Self.run(["\(home)/ctl", "-q"] + arguments) }

  func signal(_ number: Int32) throws {
    let text = try String(contentsOfFile: "\(home)/server.pid", encoding: .utf8)
    let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    try #require(Glibc.kill(pid, number) == 0)
  }

  private static let result: Result<TestBroker, any Error> = Result {
    let broker = try TestBroker()
    atexit {
      guard case .success(let broker) = TestBroker.result, broker.isOwn else { return }
      _ = try? TestBroker.run([TestBroker.script, "stop", broker.folder, "rabbitmq"])
    }
    return broker
  }

  static func shared() throws -> TestBroker { try result.get() }

  @discardableResult
  private static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = arguments
    // A pipe would stay open in the server.
    let path = "/tmp/rabbitmq-tests-\(UInt32.random(in: 0 ... .max)).out"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path))
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try FileManager.default.removeItem(atPath: path)
    try #require(process.terminationStatus == 0, "\(arguments) failed")
    return text
  }
}

/// Asks until the answer is yes.
func eventually(
  within limit: Duration = .seconds(30), _ location: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    try #require(ContinuousClock.now < deadline, "it didn't come about", sourceLocation: location)
    await Task.yield()
  }
}
