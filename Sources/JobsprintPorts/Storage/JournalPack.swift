// All entries of one append as bytes: one row of a journal, where rows are what costs and nobody but the platform looks
// into it, or a part of a message. Version 1: a byte 1, the number of entries, then for each of them position, kind (0
// started, 1 suspended, 2 finished), run, attempt, term, the time in milliseconds (zigzag), and node and payload, each
// behind its length. Numbers are in groups of 7 bits, lowest first, all but the last with the top bit set. The same
// entries give the same bytes.

public import JobsprintDomain

public enum JournalPack {
  private static let version: UInt8 = 1

  /// nil for no entries.
  public static func bytes(of entries: [JournalEntry]) -> [UInt8]? {
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

  public static func entries(in bytes: [UInt8]) throws(PortError) -> [JournalEntry] {
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
  public var number: UInt8 {
    switch self {
    case .started: 0
    case .suspended: 1
    case .finished: 2
    }
  }

  public init?(number: some BinaryInteger) {
    switch number {
    case 0: self = .started
    case 1: self = .suspended
    case 2: self = .finished
    default: return nil
    }
  }
}
