/// Why access could not be set up or is not given.
public struct AccessError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    case weakKey = "weak_api_key"
  }

  public let code: Code
  /// What happened, and what to do. Never holds a secret.
  public let message: String

  public var description: String { message }
}
