/// What a request may be.
enum APILimits {
  /// Bytes of a body.
  static let body = 16 << 20
  /// Seconds that `wait` may ask for.
  static let wait = 300
  /// Elements of a page.
  static let page = 1...250
  static let standardPage = 100
  /// Characters of an idempotency key.
  static let idempotencyKey = 255
  static let tagName = 100
}
