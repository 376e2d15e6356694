/// What one connection has prepared on its server, by the statement's text; the longest unused makes room for a new
/// one.
struct PostgresStatementCache {
  private struct Entry {
    let name: String
    var used: UInt64
  }

  /// 0 prepares nothing.
  let capacity: Int
  private var entries: [String: Entry] = [:]
  private var uses: UInt64 = 0
  private var serial = 0
  /// Why a text couldn't be prepared, by the name it would have had: its uses on the way fail with an error that only
  /// says that the name doesn't exist.
  private var failures: [String: PostgresError] = [:]

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { entries.count }

  mutating func find(_ sql: String) -> String? {
    guard let index = entries.index(forKey: sql) else { return nil }
    uses += 1
    entries.values[index].used = uses
    return entries.values[index].name
  }

  /// - Returns: the new name, and the name that must be deallocated for it.
  mutating func insert(_ sql: String) -> (name: String, evicted: String?) {
    var evicted: String?
    if entries.count >= capacity, let oldest = entries.min(by: { $0.value.used < $1.value.used }) {
      entries[oldest.key] = nil
      evicted = oldest.value.name
    }
    serial += 1
    uses += 1
    let name = "s\(serial)"
    entries[sql] = Entry(name: name, used: uses)
    return (name, evicted)
  }

  /// The server no longer has it, or it no longer fits the tables that it reads.
  mutating func forget(_ sql: String) { entries[sql] = nil }

  mutating func failed(_ sql: String, _ name: String, _ error: PostgresError) {
    if entries[sql]?.name == name { entries[sql] = nil }
    // Only statements on their way ask for it: a handful.
    if failures.count >= 64 { failures.removeAll() }
    failures[name] = error
  }

  func failure(of name: String) -> PostgresError? { failures[name] }
}
