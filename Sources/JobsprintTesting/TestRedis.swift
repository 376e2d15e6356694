import Foundation
import Glibc

/// A Redis that a test may stop, kill and pause. It keeps nothing.
public final class TestRedis: Sendable {
  public let url: String
  /// The same server behind TLS.
  public let secureURL: String
  private let services = TestServices()
  private let home: String

  public init() async throws {
    try await services.start("redis")
    url = try services.value("JOBSPRINT_TEST_REDIS")
    secureURL = try services.value("JOBSPRINT_TEST_REDIS_TLS")
    home = try services.value("JOBSPRINT_TEST_REDIS_HOME")
  }

  /// With the port it had, and nothing else.
  public func start() async throws { try await services.start("redis") }

  /// Ends it without a word.
  public func kill() async throws { try await services.halt("redis") }

  /// Ends it and starts it again: all it knew is gone.
  public func wipe() async throws {
    try await kill()
    try await start()
  }

  /// What `redis-cli` says to a command.
  @discardableResult
  public func command(_ words: String...) async throws -> String {
    try await services.run("\(home)/cli", words)
  }

  /// It lives and does nothing, until `resume()`.
  public func pause() throws { try ServerProcess.signal(SIGSTOP, toProcessIn: "\(home)/pid") }
  public func resume() throws { try ServerProcess.signal(SIGCONT, toProcessIn: "\(home)/pid") }
}

/// Three primaries with a replica each.
public final class TestRedisCluster: Sendable {
  public let url: String
  private let services = TestServices()
  private let home: String

  public init() async throws {
    try await services.start("rediscluster")
    url = try services.value("JOBSPRINT_TEST_REDIS_CLUSTER")
    home = try services.value("JOBSPRINT_TEST_REDIS_CLUSTER_HOME")
  }

  /// Ends a node without a word. It comes back after ten seconds.
  public func kill(port: Int) throws { try ServerProcess.signal(SIGKILL, toProcessIn: "\(home)/\(port)/pid") }
}
