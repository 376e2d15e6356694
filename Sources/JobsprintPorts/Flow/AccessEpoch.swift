/// Changes whenever something changes that decides who may do what: a revoked session, a deleted key, another role.
/// What was looked up under one mark is good for as long as it is the current one.
public protocol AccessEpoch: Sendable {
  /// Read anew by each call: an `advance()` that has returned, in any process, is seen.
  /// - Returns: nil where nobody can say: then only the store knows.
  func current() async -> AccessMark?

  /// To be called when a change is in the store, before it is answered.
  func advance() async
}

public struct AccessMark: Sendable, Hashable {
  private let text: String

  public init(_ text: String) { self.text = text }
}
