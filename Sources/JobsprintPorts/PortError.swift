/// A failure of the world behind a port, in terms that every adapter shares.
public struct PortError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Out of reach for now; trying again later may help.
    case unavailable = "store_unavailable"
    /// No room to write.
    case full = "store_full"
    /// The data was written by a newer program.
    case newer = "store_newer"
    /// Somebody else holds it.
    case inUse = "store_in_use"
    /// It may not be read or written.
    case forbidden = "store_forbidden"
    /// The store refuses this very value; trying again won't help.
    case refused = "store_refused"
    /// What was read makes no sense.
    case corrupted = "store_corrupted"
  }

  public let code: Code
  /// What happened, where, and what to do. Free of secrets.
  public let message: String
  /// The technology's own words, for the log.
  public let underlying: String?

  public init(_ code: Code, _ message: String, underlying: String? = nil) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  public var description: String {
    underlying.map { "\(code.rawValue): \(message) (\($0))" } ?? "\(code.rawValue): \(message)"
  }
}
