// What is declared on the broker, by everybody, on every connection: whoever comes first makes it. docs/operations/
// rabbitmq.md says what each is for; a test holds that page against these names.

import AMQP
import JobsprintDomain
import JobsprintPorts

/// What has a queue of its own.
enum WakeUpSource: Sendable, Hashable {
  /// What has no tag.
  case lane(Lane)
  /// All lanes of a tag.
  case tag(WorkerTag)

  init(of wakeUp: WakeUp) { self = wakeUp.tag.map { .tag($0) } ?? .lane(wakeUp.lane) }

  /// nil of what has none.
  var tag: WorkerTag? {
    if case .tag(let tag) = self { tag } else { nil }
  }

  /// For the log.
  var name: String {
    switch self {
    case .lane(let lane): lane.rawValue
    case .tag(let tag): "tag \(tag)"
    }
  }
}

struct RabbitMQTopology: Sendable {
  let prefix: String
  let queueLimit: Int

  /// So many rejected messages are kept, and so many bytes of them; the oldest leave first, because whoever can write
  /// to the lanes could fill the broker's disk otherwise.
  static let quarantineLimit = 100_000
  static let quarantineBytes = 64 << 20
  /// What waits for an instance that doesn't read; the oldest leave first.
  static let inboxLimit = 10_000
  /// Since RabbitMQ 4 a message that came back 20 times is dead-lettered, and a worker that crashes gives back all that
  /// it was holding: attempts are counted in the store, for each execution. `-1`, which turns it off there, means
  /// nothing to 3.10.
  static let deliveryLimit = 1_000_000_000

  func queue(of lane: Lane) -> String { "\(prefix).wake.\(lane.rawValue)" }
  func queue(of tag: WorkerTag) -> String { "\(prefix).wake.tag.\(tag)" }

  func queue(of source: WakeUpSource) -> String {
    switch source {
    case .lane(let lane): queue(of: lane)
    case .tag(let tag): queue(of: tag)
    }
  }

  var quarantine: String { "\(prefix).quarantine" }
  var control: String { "\(prefix).control" }
  var deadLetters: String { "\(prefix).dead-letters" }

  /// Begins the names of the queues of instances: nothing else is answered to.
  var inboxPrefix: String { "\(prefix).instance." }

  /// - Parameter nonce: of this start alone, since the broker may keep the queue of the last one locked for a while.
  func inbox(of name: String, _ nonce: UInt64) -> String {
    let name = String(decoding: name.utf8.prefix(64), as: UTF8.self)
    return "\(inboxPrefix)\(name).\(String(nonce, radix: 16))"
  }

  /// What outlives every instance.
  var shared: AMQPTopology {
    var topology = AMQPTopology()
    topology.exchanges = [
      .init(quarantine, .headers), .init(control, .fanout), .init(deadLetters, .topic),
    ]
    topology.queues = Lane.allCases.map { wakeUps(queue(of: $0)) }
    topology.queues.append(
      .quorum(
        quarantine,
        arguments: [
          "x-delivery-limit": .int(Int64(Self.deliveryLimit)), "x-overflow": .string("drop-head"),
          "x-max-length": .int(Int64(Self.quarantineLimit)), "x-max-length-bytes": .int(Int64(Self.quarantineBytes)),
        ]))
    // A queue hands all its dead to one exchange, the expired too. This one lets through what was rejected alone;
    // nobody takes the rest, so it's dropped. Headers that begin with x- are looked at since 3.10, if asked for.
    var rejected = AMQPTopology.Binding(queue: quarantine, exchange: quarantine, routingKey: "")
    rejected.arguments = ["x-match": .string("all-with-x"), "x-first-death-reason": .string("rejected")]
    topology.bindings = [rejected]
    return topology
  }

  /// Of tags: declared by workers that carry them, and by nobody else. What tags there are is for whoever edits
  /// workflows to say, and a queue costs the broker something.
  func queues(of tags: some Sequence<WorkerTag>) -> AMQPTopology {
    AMQPTopology(queues: tags.map { wakeUps(queue(of: $0)) })
  }

  private func wakeUps(_ name: String) -> AMQPTopology.Queue {
    .quorum(name, arguments: ["x-delivery-limit": .int(Int64(Self.deliveryLimit))])
      .limited(to: queueLimit).deadLettering(to: quarantine)
  }

  /// With the queue of an instance, which is gone with its connection.
  func shared(withInbox inbox: String) -> AMQPTopology {
    var topology = shared
    var queue = AMQPTopology.Queue.reply(inbox)
    queue.arguments["x-max-length"] = .int(Int64(Self.inboxLimit))
    topology.queues.append(queue)
    topology.bindings.append(.init(queue: inbox, exchange: control, routingKey: ""))
    return topology
  }
}
