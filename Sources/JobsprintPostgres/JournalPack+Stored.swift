// All entries of one append as the bytes of one row: rows are what costs a journal, and nobody but the platform looks
// into it. Version 1: a byte 1, the number of entries, then for each of them position, kind (0 started, 1 suspended, 2
// finished), run, attempt, term, the time in milliseconds (zigzag), and node and payload, each behind its length.
// Numbers are in groups of 7 bits, lowest first, all but the last with the top bit set. The same entries give the same
// bytes.

import JobsprintDomain
import JobsprintPorts

enum JournalPack {
  private static let version: UInt8 = 1

  /// nil for no entries.
  static func bytes(of entries: [JournalEntry]) -> [UInt8]? {
    guard !entries.isEmpty else { return nil }
    var bytes: [UInt8] = [version]
    bytes.reserveCapacity(entries.reduce(16) { $0 + $1.payload.count + $1.node.utf8.count + 32 })
    append(UInt64(entries.count), to: &bytes)
    for entry in entries {
      append(UInt64(clamping: entry.position), to: &bytes)
      bytes.append(entry.kind.number)
      append(UInt64(clamping: entry.run), to: &bytes)
      append(UInt64(clamping: entry.attempt), to: &bytes)
      append(UInt64(clamping: entry.term), to: &bytes)
      let time = entry.recordedAt.milliseconds
      append(UInt64(bitPattern: time << 1 ^ time >> 63), to: &bytes)
      append(UInt64(entry.node.utf8.count), to: &bytes)
      bytes.append(contentsOf: entry.node.utf8)
      append(UInt64(entry.payload.count), to: &bytes)
      bytes.append(contentsOf: entry.payload)
    }
    return bytes
  }

  static func entries(in bytes: [UInt8]) throws(PortError) -> [JournalEntry] {
    var reader = Reader(bytes: bytes[...])
    guard try reader.byte() == version else {
      throw PortError(.newer, "An execution's journal was written by a newer program. Start that program.")
    }
    let count = try reader.int()
    var entries: [JournalEntry] = []
    entries.reserveCapacity(min(count, bytes.count))
    for _ in 0..<count { entries.append(try reader.entry()) }
    return entries
  }

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

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() throws(PortError) -> UInt8 {
      guard let byte = bytes.popFirst() else { throw Self.damage }
      return byte
    }

    mutating func number() throws(PortError) -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        let byte = try byte()
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
      }
      throw Self.damage
    }

    mutating func int() throws(PortError) -> Int {
      guard let value = Int(exactly: try number()) else { throw Self.damage }
      return value
    }

    mutating func run() throws(PortError) -> ArraySlice<UInt8> {
      let count = try int()
      guard count <= bytes.count else { throw Self.damage }
      defer { bytes.removeFirst(count) }
      return bytes.prefix(count)
    }

    mutating func entry() throws(PortError) -> JournalEntry {
      let position = try int()
      guard let kind = JournalEntry.Kind(number: try byte()) else { throw Self.damage }
      let run = try int()
      let attempt = try int()
      let term = try int()
      let time = try number()
      return JournalEntry(
        position: position, kind: kind, node: String(decoding: try self.run(), as: UTF8.self), run: run,
        attempt: attempt, term: term,
        recordedAt: Timestamp(milliseconds: Int64(bitPattern: time >> 1) ^ -Int64(bitPattern: time & 1)),
        payload: Array(try self.run()))
    }

    private static var damage: PortError {
      PortError(.corrupted, "An execution's journal is damaged. Restore the database from a backup.")
    }
  }
}

extension JournalEntry.Kind {
  /// As stored: the order of kinds at one position.
  fileprivate var number: UInt8 {
    switch self {
    case .started: 0
    case .suspended: 1
    case .finished: 2
    }
  }

  fileprivate init?(number: UInt8) {
    switch number {
    case 0: self = .started
    case 1: self = .suspended
    case 2: self = .finished
    default: return nil
    }
  }
}
