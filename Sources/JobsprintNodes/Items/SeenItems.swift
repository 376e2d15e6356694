import JobsprintDomain
import JobsprintPorts
import OpenSSL

/// What earlier executions have seen of a workflow's items, as a node that removes duplicates keeps it: an object with
/// `keys` (hashes of values, oldest first), `highest` and `latest`.
struct SeenItems {
  /// So many, and an execution journals up to 0.8 MB for each run that adds some.
  static let mostKeys = 50_000
  static let usualKeys = 10_000

  /// The first 12 bytes of a value's SHA-256: two of a million values have one key with a chance of 10⁻¹⁷.
  struct Key: Hashable {
    static let bytes = 12
    fileprivate let high: UInt64
    fileprivate let low: UInt32
  }

  private(set) var keys: [Key] = []
  var highest: Double?
  /// Milliseconds since 1970.
  var latest: Int64?

  init(_ members: JSONObject) {
    let bytes = members["keys"]?.stringValue.flatMap { Base64.bytes($0) } ?? []
    keys = stride(from: 0, to: bytes.count - bytes.count % Key.bytes, by: Key.bytes).map { Key(bytes[$0...]) }
    highest = members["highest"]?.doubleValue
    latest = members["latest"]?.integerValue.map { Int64($0) }
  }

  var members: JSONObject {
    var members = JSONObject()
    if !keys.isEmpty { members["keys"] = .string(Base64.text(keys.flatMap(\.stored))) }
    if let highest { members["highest"] = .number(highest) }
    if let latest { members["latest"] = .integer(latest) }
    return members
  }

  /// Adds keys that it does not have; the oldest go where it would hold more than `limit`.
  mutating func add(_ new: [Key], limit: Int) {
    keys += new
    if keys.count > limit { keys.removeFirst(keys.count - limit) }
  }
}

extension SeenItems.Key {
  /// - Throws: where OpenSSL has no SHA-256.
  init(of text: String) throws(NodeError) {
    guard let hash = Digest("SHA256").flatMap({ try? $0.hash(Array(text.utf8)) }) else {
      throw NodeError("Values can't be told apart: this machine's OpenSSL has no SHA-256")
    }
    self.init(hash[...])
  }

  fileprivate init(_ bytes: ArraySlice<UInt8>) {
    high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes.dropFirst(8).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  fileprivate var stored: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
      + (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * $0)) }
  }
}
