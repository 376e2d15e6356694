import AMQP
public import JobsprintDomain
public import JobsprintPorts

/// How an instance works with a broker. Its names are explained in docs/operations/rabbitmq.md.
public struct RabbitMQOptions: Sendable {
  let address: AMQPOptions

  /// Begins the names of all queues and exchanges: installations with different prefixes share a broker and nothing
  /// else. At most 100 bytes.
  public var prefix = "jobsprint"
  /// Names the instance in the broker's lists: its role, and what tells it from its like. At most 64 bytes are shown.
  public var name = "jobsprint"
  /// Attaches consumers for wake-ups, and hears of cancellations.
  public var consumes = true
  /// Whose wake-ups it consumes: of each tag from a queue of its own, without one from those of the lanes.
  public var tags = WorkerTags.none
  /// Has a queue in which ends of executions are told that somebody waits for here.
  public var awaitsReplies = true

  /// Messages of a lane that are here and not settled: what an instance holds back from the others. A lane that isn't
  /// named has 300, and so has a worker tag. What has begun is settled with the first that is journaled of it, so that
  /// they are more than an executor's slots (256).
  ///
  /// Three-node executions accepted on 64 connections for 10 s, all on 2 cores, two runs each in turn: with 100 a backlog
  /// of 8,000 to 12,000 forms, and 4,364 and 4,456/s end; with 300 none, and 4,211 and 4,987/s.
  public var prefetch: [Lane: Int] = [.high: 300, .normal: 300, .low: 75]
  /// Messages in the queue of a lane; what comes then is refused. Changing it later is an operation of its own.
  public var queueLimit = 1_000_000
  /// After so long in its queue a message is dropped; nil: never. What it would have told is found by recovery.
  public var messageTTL: Duration?

  /// - Parameter url: `amqp://user:password@host:5672/vhost` or `amqps://…`; several hosts are separated by commas.
  /// - Throws: `refused`. The message never repeats the URL: it may hold a password.
  public init(_ url: String) throws(PortError) {
    do throws(AMQPError) { address = try AMQPOptions(url) } catch { throw PortError(.refused, error.message) }
  }

  var needsInbox: Bool { consumes || awaitsReplies }

  func prefetch(of source: WakeUpSource) -> Int {
    if case .lane(let lane) = source { prefetch[lane] ?? 300 } else { 300 }
  }

  /// Whose queues it consumes.
  var sources: [WakeUpSource] {
    guard consumes else { return [] }
    return (tags.takesUntagged ? Lane.allCases.map { .lane($0) } : []) + (tags.tags ?? []).sorted().map { .tag($0) }
  }

  /// - Parameter purpose: tells the connections of an instance from each other.
  func connection(for purpose: String) -> AMQPOptions {
    var options = address
    options.connectionName = "\(prefix) \(name) \(purpose)"
    return options
  }
}

extension PortError {
  /// What became of messages that were to be published.
  init(_ error: AMQPError) {
    let code: Code =
      switch error.code {
      case .invalid: .refused
      case .accessRefused: .forbidden
      default: .unavailable
      }
    let message =
      switch error.code {
      case .nacked:
        "The broker refused messages: a queue is full, or can't be written. What isn't told now is told later"
      case .blocked: "The broker takes no messages: it is short of memory or disk"
      case .unroutable: "A queue of the broker is missing. It is declared again"
      case .invalid: "A message can't be sent as it is"
      default: "The broker did not take all messages. Check that it runs, and that it is reached"
      }
    self.init(code, "\(message).", underlying: error.description)
  }
}
