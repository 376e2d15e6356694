import Foundation
import Glibc

/// A RabbitMQ that a test may stop, kill and pause.
public final class TestBroker: Sendable {
  public static let isInstalled = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/sbin"].contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/rabbitmq-server")
  }

  public let url: String
  /// The same broker behind TLS.
  public let secureURL: String
  private let services: TestServices
  private let home: String

  /// - Parameter folder: of servers that run already; nil: a broker of this process alone.
  public init(folder: String? = nil) async throws {
    services = TestServices(folder: folder)
    try await services.start("rabbitmq")
    url = try services.value("JOBSPRINT_TEST_RABBITMQ")
    secureURL = try services.value("JOBSPRINT_TEST_RABBITMQ_TLS")
    home = try services.value("JOBSPRINT_TEST_RABBITMQ_HOME")
  }

  /// With the data and the port it had.
  public func start() async throws { try await services.start("rabbitmq") }
  public func halt() async throws { try await services.halt("rabbitmq") }

  /// rabbitmqctl
  public func control(_ arguments: String...) async throws {
    try await services.run("\(home)/ctl", ["-q"] + arguments)
  }

  /// Ends it without a word, and waits until it's gone.
  public func kill() async throws {
    let pid = try signal(SIGKILL)
    while Glibc.kill(pid, 0) == 0 { await Task.yield() }
  }

  @discardableResult
  public func signal(_ number: Int32) throws -> Int32 {
    try ServerProcess.signal(number, toProcessIn: "\(home)/server.pid")
  }
}
