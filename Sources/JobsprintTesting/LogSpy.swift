public import Logging
import Synchronization

/// What was logged, as one text for each line.
public final class LogSpy: Sendable {
  private let state = Mutex<[String]>([])

  public init() {}

  public var lines: [String] { state.withLock { $0 } }

  /// - Parameter level: the least that is kept.
  public func logger(_ level: Logger.Level = .info) -> Logger {
    var logger = Logger(label: "test") { _ in Handler(spy: self) }
    logger.logLevel = level
    return logger
  }

  private struct Handler: LogHandler {
    let spy: LogSpy
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let line = "\(event.level) \(event.message) \(event.metadata ?? [:])"
      spy.state.withLock { $0.append(line) }
    }
  }
}
