// A store that is away when the process starts is waited for: whoever runs both need not start them in order, and a
// failover at the wrong moment is no reason to end. Meanwhile the process answers that it is not ready, and why. What
// does not pass by itself (a password that is wrong, a schema that does not fit) ends it, as it always does.

import JobsprintAPI
import JobsprintPorts
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

struct StoreArrival: Sendable {
  let configuration: ProcessConfiguration
  let log: Logger

  /// Between two attempts; doubled each time, and shortened at random by up to half.
  private static let pauses: ClosedRange<Duration> = .milliseconds(100) ... .seconds(2)

  /// What is answered to those who ask.
  private final class Reason: Sendable {
    private let text: Mutex<String>

    init(_ text: String) { self.text = Mutex(text) }

    var value: String { text.withLock { $0 } }

    /// - Returns: whether it is another one.
    func change(to new: String) -> Bool {
      text.withLock { text in
        defer { text = new }
        return text != new
      }
    }
  }

  /// Tries until `open` succeeds, or fails otherwise than by a store that is away.
  /// - Returns: nil when the process was told to stop meanwhile.
  func wait<Value: Sendable>(_ open: @escaping @Sendable () async throws -> Value) async throws -> Value? {
    let reason: Reason
    do { return try await open() } catch let error as PortError where error.code == .unavailable {
      log.warning(
        "the store is away: waiting for it, and answering 503 meanwhile", metadata: ["error": "\(error)"])
      reason = Reason(error.message)
    }
    let begin = ContinuousClock.now
    let room = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          makeWaitingApplication(
            host: configuration.host, port: configuration.port, log: log, reason: { reason.value })
        ], gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
    let value = try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        try await room.run()
        return nil
      }
      group.addTask { try await keepTrying(open, reason) }
      let first = try await group.next() ?? nil
      // The port is free again when this returns.
      if first != nil { await room.triggerGracefulShutdown() } else { group.cancelAll() }
      try await group.waitForAll()
      return first
    }
    if value != nil {
      log.notice("the store is there", metadata: ["after": "\((ContinuousClock.now - begin) / .seconds(1)) s"])
    }
    return value
  }

  private func keepTrying<Value>(
    _ open: @Sendable () async throws -> Value, _ reason: Reason
  ) async throws -> Value? {
    var longest = Self.pauses.lowerBound
    while true {
      do { try await Task.sleep(for: longest * .random(in: 0.5...1)) } catch { return nil }
      longest = min(longest * 2, Self.pauses.upperBound)
      do { return try await open() } catch let error as PortError where error.code == .unavailable {
        if reason.change(to: error.message) {
          log.warning("still waiting for the store", metadata: ["error": "\(error)"])
        }
      }
    }
  }
}
