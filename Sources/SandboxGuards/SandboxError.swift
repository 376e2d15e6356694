public import Glibc

/// Why the process can't go on.
public struct SandboxError: Error {
  public let message: String

  public init(_ message: String) { self.message = message }

  /// With what the system says of its last failure.
  public init(system what: String, _ code: Int32 = errno) { message = "\(what): \(String(cString: strerror(code)))" }
}
