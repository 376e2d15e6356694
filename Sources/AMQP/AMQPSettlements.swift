import DequeModule

/// What was delivered on one channel and is not settled yet. Acknowledgements that came close together leave as one
/// where nothing before them is open (`multiple`): a worker that claims a hundred at a time sends one frame instead of
/// a hundred.
struct AMQPSettlements {
  private enum State { case open, acknowledged, settled }

  private var states = Deque<State>()
  /// The tag of the first one: the channel counts from 1.
  private var first: UInt64 = 1
  /// Acknowledged, and not told to the broker.
  private var pending: [UInt64] = []

  var hasPending: Bool { !pending.isEmpty }

  mutating func delivered(tag: UInt64) {
    // Tags come without gaps; should one be left out, it's nobody's.
    while first &+ UInt64(states.count) < tag { states.append(.settled) }
    states.append(.open)
  }

  /// - Returns: how many it settles.
  mutating func acknowledge(tag: UInt64, multiple: Bool) -> Int {
    guard let offset = offset(of: tag) else { return 0 }
    var count = 0
    for position in (multiple ? 0 : offset)...offset where states[position] == .open {
      states[position] = .acknowledged
      pending.append(first &+ UInt64(position))
      count += 1
    }
    return count
  }

  /// - Returns: false where it is settled already. Else the rejection is to be sent at once: before what `flush` gives.
  mutating func reject(tag: UInt64) -> Bool {
    guard let offset = offset(of: tag), states[offset] == .open else { return false }
    states[offset] = .settled
    return true
  }

  /// What is to be told to the broker.
  mutating func flush() -> [AMQPCommand] {
    guard !pending.isEmpty else { return [] }
    var commands: [AMQPCommand] = []
    var last: (tag: UInt64, count: Int)?
    while let state = states.first, state != .open {
      if state == .acknowledged { last = (first, (last?.count ?? 0) + 1) }
      _ = states.popFirst()
      first &+= 1
    }
    if let last { commands.append(.ack(tag: last.tag, multiple: last.count > 1)) }
    for tag in pending {
      guard let offset = offset(of: tag) else { continue }
      states[offset] = .settled
      commands.append(.ack(tag: tag, multiple: false))
    }
    pending.removeAll(keepingCapacity: true)
    return commands
  }

  private func offset(of tag: UInt64) -> Int? {
    guard tag >= first, tag < first &+ UInt64(states.count) else { return nil }
    return Int(tag - first)
  }
}
