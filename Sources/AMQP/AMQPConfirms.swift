import DequeModule

/// Which of the messages of one channel are on their way, and what became of each. The broker confirms in any order,
/// one by one or all up to one, and says before the confirm of a mandatory message whether it comes back.
struct AMQPConfirms<Owner> {
  enum Outcome: Equatable {
    case confirmed
    case nacked
    case returned(code: Int, text: String)
  }

  private struct Entry {
    /// Nil as soon as its outcome is known.
    var owner: Owner?
    let index: Int
    var returned: (code: Int, text: String)?
  }

  private var entries = Deque<Entry>()
  /// The tag of the first entry.
  private var first: UInt64 = 1
  private(set) var inFlight = 0

  /// What the next message will be known by: the channel counts from 1.
  var nextTag: UInt64 { first &+ UInt64(entries.count) }

  mutating func sent(_ owner: Owner, index: Int) {
    entries.append(Entry(owner: owner, index: index, returned: nil))
    inFlight += 1
  }

  mutating func returned(tag: UInt64, code: Int, text: String) {
    guard let offset = offset(of: tag) else { return }
    entries[offset].returned = (code, text)
  }

  /// - Parameter settle: called once for each message whose outcome is known by this.
  mutating func settled(
    tag: UInt64, multiple: Bool, accepted: Bool, _ settle: (Owner, _ index: Int, Outcome) -> Void
  ) {
    // Tag 0 with `multiple` means all (AMQP 0-9-1, basic.ack).
    let tag = multiple && tag == 0 ? nextTag &- 1 : tag
    guard let offset = offset(of: tag) else { return }
    for position in (multiple ? 0 : offset)...offset {
      let entry = entries[position]
      guard let owner = entry.owner else { continue }
      entries[position].owner = nil
      inFlight -= 1
      if let returned = entry.returned {
        settle(owner, entry.index, .returned(code: returned.code, text: returned.text))
      } else {
        settle(owner, entry.index, accepted ? .confirmed : .nacked)
      }
    }
    while let entry = entries.first, entry.owner == nil {
      _ = entries.popFirst()
      first &+= 1
    }
  }

  /// The channel is no more; the next one counts from 1 again.
  mutating func reset() { self = AMQPConfirms() }

  private func offset(of tag: UInt64) -> Int? {
    guard tag >= first, tag < nextTag else { return nil }
    return Int(tag - first)
  }
}
