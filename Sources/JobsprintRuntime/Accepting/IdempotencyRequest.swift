import JobsprintDomain

/// The `Idempotency-Key` of a request, and how to answer it: the answer is stored with what the request creates.
public struct IdempotencyRequest<Created: Sendable>: Sendable {
  public let key: String
  /// SHA-256 of method, path and body.
  public let fingerprint: [UInt8]
  /// HTTP status and body of the answer.
  public let answer: @Sendable (Created) -> (status: Int, body: [UInt8])

  public init(key: String, fingerprint: [UInt8], answer: @escaping @Sendable (Created) -> (status: Int, body: [UInt8]))
  {
    self.key = key
    self.fingerprint = fingerprint
    self.answer = answer
  }
}

/// What became of a request that creates something.
public enum Creation<Created: Sendable>: Sendable {
  case created(Created)
  /// The same request came before: here is the answer that it got.
  case replayed(status: Int, body: [UInt8])
}
