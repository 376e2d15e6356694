// A JSON object that keeps the order in which its keys came.
//
// One array of entries; small objects are searched from the front, larger ones carry an index. Keys are ordinary data:
// `__proto__` and `constructor` are keys like any other.

/// The members of a JSON object, in their order; keys are unique.
public struct JSONObject: Sendable {
  public struct Entry: Sendable {
    public let key: String
    public var value: JSONValue

    @inlinable
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  @usableFromInline var entries: [Entry]
  /// Position of each key; kept from `indexedFrom` entries on.
  @usableFromInline var index: [ExactString: Int]?

  /// Up to this many keys a search from the front is quicker than hashing (measured: equal at about 12 keys of 8
  /// bytes).
  @usableFromInline static let indexedFrom = 16

  public init() { entries = [] }

  /// One member.
  @inlinable
  public init(key: String, value: JSONValue) { entries = [Entry(key: key, value: value)] }

  /// Members that are written where they will lie.
  ///
  /// - Parameters:
  ///   - capacity: the most that there may be.
  ///   - write: appends them; the caller knows that no two have one key.
  @inlinable
  public init(capacity: Int, _ write: (inout OutputSpan<Entry>) -> Void) {
    entries = []
    entries.append(addingCapacity: capacity, initializingWith: write)
    if entries.count >= Self.indexedFrom { rebuildIndex() }
  }

  /// - Parameter entries: too few for an index.
  @inlinable
  init(unindexed entries: [Entry]) { self.entries = entries }

  /// The last value of a key wins, at the place where the key came first (as in JavaScript).
  public init(_ members: some Sequence<(String, JSONValue)>) {
    entries = []
    entries.reserveCapacity(members.underestimatedCount)
    for (key, value) in members { self[key] = value }
  }

  @inlinable public var count: Int { entries.count }
  @inlinable public var isEmpty: Bool { entries.isEmpty }
  public var keys: some RandomAccessCollection<String> { entries.lazy.map(\.key) }
  public var values: some RandomAccessCollection<JSONValue> { entries.lazy.map(\.value) }

  /// Reading gives nil for a missing key; writing nil removes the key.
  public subscript(key: String) -> JSONValue? {
    @inlinable get {
      guard let place = position(of: key) else { return nil }
      return entries.span[place].value
    }
    set {
      switch (position(of: key), newValue) {
      case (let found?, let value?): entries[found].value = value
      case (nil, let value?): append(newKey: key, value: value)
      case (let found?, nil): remove(at: found)
      case (nil, nil): break
      }
    }
  }

  public func contains(_ key: String) -> Bool { position(of: key) != nil }

  /// Every member of `other` written over this one's.
  public mutating func merge(_ other: JSONObject) {
    for entry in other.entries { self[entry.key] = entry.value }
  }

  public mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

  @usableFromInline
  func position(of key: String) -> Int? {
    if let index { return index[key] }
    let entries = entries.span
    for place in entries.indices where entries[place].key.hasSameCodeUnits(as: key) { return place }
    return nil
  }

  /// Appends a member without looking for it.
  ///
  /// - Parameter key: the caller knows that it is not there yet.
  public mutating func append(newKey key: String, value: JSONValue) {
    entries.append(Entry(key: key, value: value))
    if index != nil {
      index?[ExactString(key)] = entries.count - 1
    } else if entries.count >= Self.indexedFrom {
      rebuildIndex()
    }
  }

  /// Writes over the value of the member at a place.
  public mutating func replaceValue(at place: Int, with value: JSONValue) { entries[place].value = value }

  private mutating func remove(at place: Int) {
    entries.remove(at: place)
    if index != nil { rebuildIndex() }
  }

  @usableFromInline
  mutating func rebuildIndex() {
    guard entries.count >= Self.indexedFrom else {
      index = nil
      return
    }
    var fresh = [ExactString: Int](minimumCapacity: entries.count * 2)
    for (place, entry) in entries.enumerated() { fresh[ExactString(entry.key)] = place }
    index = fresh
  }
}

extension JSONObject {
  /// It has more levels than this, its own being the first.
  public func isDeeper(than levels: Int) -> Bool {
    levels < 1 || entries.contains { $0.value.isDeeper(than: levels - 1) }
  }
}

extension JSONValue {
  fileprivate func isDeeper(than levels: Int) -> Bool {
    switch self {
    case .object(let members): members.isDeeper(than: levels)
    case .array(let elements): levels < 1 || elements.contains { $0.isDeeper(than: levels - 1) }
    default: false
    }
  }
}

extension JSONObject: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { entries.count }
  @inlinable public subscript(position: Int) -> Entry { entries[position] }
}

extension JSONObject: Hashable {
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    return left.entries.allSatisfy { right[$0.key] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    // The order of keys does not matter for equality, so it may not matter here.
    var sum = 0
    for entry in entries {
      var member = Hasher()
      member.combine(ExactString(entry.key))
      member.combine(entry.value)
      sum ^= member.finalize()
    }
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
