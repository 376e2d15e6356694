import NIOCore

/// What a request may be.
enum APILimits {
  /// Bytes of a body.
  static let body = 16 << 20
  /// Bytes of path and query.
  static let url = 8 << 10
  /// For a client to send a whole request.
  static let requestTimeout: TimeAmount = .seconds(30)
  /// Seconds that `wait` may ask for.
  static let wait = 300
  /// Elements of a page.
  static let page = 1...250
  static let standardPage = 100
  /// Bytes of an idempotency key.
  static let idempotencyKey = 255
  /// Bytes of executions with their data in one page; the page ends behind the one that reaches them.
  static let pageOfData = 32 << 20
  /// Tags of a workflow, or of an execution.
  static let tagsOfOne = 100
  /// Of a variable, as in n8n.
  static let variableKey = 50
  /// Characters (Unicode scalars) of a variable, as in n8n.
  static let variableValue = 1000
  /// Of a credential.
  static let allowedHosts = 100
  /// Days for which a workspace may keep executions.
  static let retentionDays = 1...36_500
  /// Executions of a workspace at a time.
  static let concurrency = 1...1_000_000
  /// Issues told in one answer.
  static let listedIssues = 100
  /// Executions that one request may start.
  static let batch = 1000
  /// Characters (Unicode scalars) of the name of a tag or a workspace, or of a key's label.
  static let name = 100
}
