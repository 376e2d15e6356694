/// The one error of this module.
///
/// It says what happened (`code`), what the broker said about it (`replyCode`), and for a publish which of its messages
/// are concerned and whether they may be in a queue all the same. It never holds a password or a URL.
public struct AMQPError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// No connection could be made; it is tried again.
    case connectFailed = "connect-failed"
    /// The broker refused user, password or virtual host.
    case accessRefused = "access-refused"
    /// TLS failed: no trusted certificate, or not of this host.
    case tlsFailed = "tls-failed"
    /// What should be declared is missing, or there with other arguments: see `replyCode` 404, 405, 406.
    case topologyRefused = "topology-refused"
    /// The connection broke while the work was on its way.
    case connectionLost = "connection-lost"
    /// The broker closed the channel: see `replyCode`. It is opened again.
    case channelClosed = "channel-closed"
    /// A mandatory message that no queue takes.
    case unroutable
    /// The broker refused a message: a queue is full, or could not store it.
    case nacked
    /// The broker did not answer within the limit.
    case timedOut = "timed-out"
    /// The broker blocks publishers, for want of memory or disk, for longer than the limit for waiting.
    case blocked
    /// There was no connection within the limit for waiting.
    case notConnected = "not-connected"
    /// More messages wait to be sent than the options allow.
    case tooManyWaiting = "too-many-waiting"
    case cancelled
    /// The connection was shut down.
    case closed
    /// Options, a message or a topology that can't be sent as it is.
    case invalid
  }

  /// Whether a message that failed may be in a queue.
  public enum Outcome: String, Sendable {
    /// Certainly not.
    case notPublished = "not-published"
    /// Nobody knows: it was sent, and no confirm came.
    case unknown
  }

  /// What became of one message of a publish.
  public struct Failure: Sendable {
    /// Position in the list that was to be published.
    public let index: Int
    public let code: Code
    public let outcome: Outcome
  }

  public var code: Code
  public var message: String
  /// AMQP's own, for example 404 (https://www.rabbitmq.com/amqp-0-9-1-reference#constants).
  public var replyCode: Int?
  /// `unknown` where it is so for at least one message.
  public var outcome: Outcome = .notPublished
  /// The messages that were not confirmed, in order; those not named were. Empty: none was sent.
  public var failures: [Failure] = []

  public init(_ code: Code, _ message: String, replyCode: Int? = nil, outcome: Outcome = .notPublished) {
    self.code = code
    self.message = message
    self.replyCode = replyCode
    self.outcome = outcome
  }

  /// True where the same work, done again a little later, may well succeed. Look at `outcome` before doing so.
  public var isTransient: Bool {
    switch code {
    case .accessRefused, .tlsFailed, .topologyRefused, .unroutable, .cancelled, .closed, .invalid: false
    case .channelClosed: replyCode != 404 && replyCode != 403
    default: true
    }
  }

  public var description: String {
    var text = message
    if let replyCode { text += " [\(replyCode)]" }
    if !failures.isEmpty { text += " (\(failures.count) not confirmed)" }
    if outcome == .unknown { text += "; whether it was published is unknown" }
    return text
  }
}
