/// Why a text is no JSON that is accepted here, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Bytes from the beginning of the text.
  public let offset: Int
  /// What is wrong, and what would be right; without the place.
  public let reason: String

  public init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String { "\(reason) (at byte \(offset))" }
}
