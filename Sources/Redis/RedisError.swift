/// The one error of this module. It never holds a password or a URL.
public struct RedisError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// No connection could be made; it is tried again.
    case connectFailed = "connect-failed"
    /// The server refused user or password, or the user may not do that (ACL).
    case accessRefused = "access-refused"
    /// TLS failed: no trusted certificate, or not of this host.
    case tlsFailed = "tls-failed"
    /// There is no connection just now.
    case notConnected = "not-connected"
    /// The connection broke before the answer.
    case connectionLost = "connection-lost"
    /// The server did not answer within the limit. Its connection is given up: answers come in order.
    case timedOut = "timed-out"
    /// More commands wait for their answers than the options allow.
    case tooManyWaiting = "too-many-waiting"
    /// The server has reached its `maxmemory` and may evict nothing.
    case outOfMemory = "out-of-memory"
    /// A replica, or a primary that has become one.
    case readOnly = "read-only"
    /// The server does not know a script of this hash.
    case noScript = "no-script"
    /// The server or the cluster can't serve this now: it is loading, failing over or resharding.
    case unavailable
    /// The server refuses this command.
    case refused
    /// What came was no answer of Redis.
    case protocolViolated = "protocol-violated"
    /// The client was shut down.
    case closed
    /// Options that can't be meant.
    case invalid
  }

  public let code: Code
  public let message: String
  /// The command was sent and its answer never came: it may have been done.
  public var isUncertain = false

  public init(_ code: Code, _ message: String, isUncertain: Bool = false) {
    self.code = code
    self.message = message
    self.isUncertain = isUncertain
  }

  /// From the server's own words, of which the first names the kind.
  init(answer text: String) {
    let code: Code =
      switch text.prefix(while: { $0 != " " }) {
      case "OOM": .outOfMemory
      case "READONLY": .readOnly
      case "NOSCRIPT": .noScript
      case "WRONGPASS", "NOAUTH", "NOPERM": .accessRefused
      case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "MISCONF", "NOREPLICAS": .unavailable
      default: .refused
      }
    self.init(code, "Redis answers: \(text)")
  }

  /// For who comes when the connection has ended already, or was never made. What was shut down stays so.
  static func notConnected(because reason: RedisError) -> RedisError {
    reason.code == .closed ? reason : RedisError(.notConnected, "Redis can't be reached: \(reason.message)")
  }

  /// True where the same command, done again a little later, may well succeed. Look at `isUncertain` before doing so.
  public var isTransient: Bool {
    switch code {
    case .accessRefused, .tlsFailed, .refused, .closed, .invalid: false
    default: true
    }
  }

  public var description: String { isUncertain ? "\(message); whether it was done is unknown" : message }
}
