import DequeModule

/// A publisher's or consumer's channel, as the owner's thread sees it.
struct AMQPLane {
  enum Kind {
    case publisher
    case consumer(AMQPConsumerBuffer, queue: String, prefetch: UInt16, isExclusive: Bool)
  }

  let kind: Kind
  let channel: UInt16
  var machine = AMQPLaneMachine()

  /// Everybody who waits for an answer; those who have one are left out now and then.
  var units: [AMQPPublishUnit] = []
  /// Units of which not all was sent.
  var queue = Deque<AMQPPublishUnit>()
  var confirms = AMQPConfirms<AMQPPublishUnit>()
  /// Messages that are not sent.
  var waiting = 0
  /// The broker asked to pause (channel.flow).
  var isHeld = false
  private var unitsMaximum = 64

  var settlements = AMQPSettlements()
  /// Deliveries that came since the reader was told last.
  var fresh: [AMQPDelivery] = []

  static let consumerTag = "c"

  init(kind: Kind, channel: UInt16) {
    self.kind = kind
    self.channel = channel
  }

  var buffer: AMQPConsumerBuffer? {
    if case .consumer(let buffer, _, _, _) = kind { buffer } else { nil }
  }

  /// What opens the channel and makes it of use. Each is answered.
  var greeting: [AMQPCommand] {
    switch kind {
    case .publisher: [.channelOpen, .confirmSelect]
    case .consumer(_, let queue, let prefetch, let isExclusive):
      [.channelOpen, .qos(prefetch: prefetch), .consume(queue: queue, tag: Self.consumerTag, exclusive: isExclusive)]
    }
  }

  mutating func submit(_ unit: AMQPPublishUnit) {
    if units.count >= unitsMaximum {
      units.removeAll { $0.isAnswered }
      unitsMaximum = max(64, units.count * 2)
    }
    units.append(unit)
    queue.append(unit)
    waiting += unit.messages.count
  }

  /// The next one of which something is to be sent.
  mutating func nextUnit() -> AMQPPublishUnit? {
    while let unit = queue.first {
      if !unit.isAnswered { return unit }
      _ = queue.popFirst()
    }
    return nil
  }

  /// Messages without a confirm for which nobody waits any more.
  var unclaimed: Int { confirms.inFlight - units.reduce(0) { $0 + $1.flying } }

  /// The channel is no more: what was on it is nobody's.
  mutating func reset() {
    confirms.reset()
    settlements = AMQPSettlements()
    fresh.removeAll()
    isHeld = false
    buffer?.clear()
  }
}
