import JobsprintDomain
import JobsprintPorts

extension JournalPack {
  /// The journal of an execution from its packs in the order in which they were written: by position, at one position
  /// started and suspended before finished. A run that was noted again for the same attempt (a node that waits twice)
  /// replaces the earlier note.
  static func journal(of packs: [[UInt8]]) throws(PortError) -> [JournalEntry] {
    struct Place: Hashable {
      let position: Int
      let kind: UInt8
      let slot: Int
    }
    var entries: [(place: Place, entry: JournalEntry)] = []
    var places: [Place: Int] = [:]
    for pack in packs {
      for entry in try Self.entries(in: pack) {
        let place = Place(
          position: entry.position, kind: entry.kind.number, slot: entry.kind == .finished ? 0 : entry.attempt)
        if let known = places[place] {
          entries[known].entry = entry
        } else {
          places[place] = entries.count
          entries.append((place, entry))
        }
      }
    }
    entries.sort { left, right in
      (left.place.position, left.place.kind, left.place.slot)
        < (right.place.position, right.place.kind, right.place.slot)
    }
    return entries.map(\.entry)
  }

  /// Positions that entries finish, as text of PostgreSQL's int4multirange; nil where there are none.
  /// - Throws: `refused` where a position is finished twice, or beyond what is stored.
  static func positions(of entries: [JournalEntry]) throws(PortError) -> String? {
    var positions: [Int] = []
    for entry in entries where entry.kind == .finished { positions.append(entry.position) }
    guard !positions.isEmpty else { return nil }
    positions.sort()
    var text = "{"
    var first = positions[0]
    for (place, position) in positions.enumerated() {
      guard position >= 0, position < Int(Int32.max) else {
        throw PortError(.refused, "A journal has no position \(position).")
      }
      let next = place + 1 < positions.count ? positions[place + 1] : nil
      guard next != position else { throw PortError(.refused, "The run at position \(position) is finished twice.") }
      guard next != position + 1 else { continue }
      text += "[\(first),\(position + 1))" + (next == nil ? "" : ",")
      first = next ?? 0
    }
    return text + "}"
  }
}
