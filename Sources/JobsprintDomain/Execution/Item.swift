// Items are what flows along connections: a JSON object each, with a note of where it came from.

/// One item.
///
/// Lists of many thousands are copied again and again, so an item is small: what nearly all items do without is kept
/// apart, behind one reference.
public struct Item: Sendable, Hashable {
  public var json: JSONObject
  /// The item's single origin, the usual case; without one, or where `rest` has the origins, the place is negative.
  @usableFromInline var place: Int32 = -1
  @usableFromInline var input: Int32 = 0
  /// nil where there is nothing to keep, so that equal items are equal in all members.
  @usableFromInline var rest: Rest?

  @inlinable
  public init(json: JSONObject, binary: JSONObject? = nil, pairedItem: PairedItem? = nil, error: JSONValue? = nil) {
    self.json = json
    var origins = pairedItem
    if case .one(let origin)? = pairedItem, let short = origin.short {
      (place, input) = short
      origins = nil
    }
    if binary != nil || origins != nil || error != nil { rest = Rest(binary: binary, origins: origins, error: error) }
  }

  /// Holds nothing but a small object and a place, as nearly all items do.
  @inlinable @inline(__always) var isPlain: Bool { rest == nil && json.index == nil }

  /// A copy of a plain item. Copying any item calls for each reference that it may have, also to find that it is not
  /// there (measured over 10,000 items: `if` 19 to 14 ns an item, `filter` 14 to 11).
  @inlinable @inline(__always)
  init(plain other: borrowing Item) {
    json = JSONObject(unindexed: other.json.entries)
    (place, input) = (other.place, other.input)
  }

  /// Files by property name, in n8n's shape.
  public var binary: JSONObject? {
    @inlinable get { rest?.binary }
    set { keep(Rest(binary: newValue, origins: rest?.origins, error: rest?.error)) }
  }

  /// The items it was made from; nil when nobody knows.
  public var pairedItem: PairedItem? {
    @inlinable get {
      if place >= 0 { return PairedItem(item: Int(place), input: Int(input)) }
      return rest?.origins
    }
    @inlinable set {
      if case .one(let origin)? = newValue, rest == nil, let short = origin.short {
        (place, input) = short
      } else {
        pair(with: newValue)
      }
    }
  }

  /// Set by a node that reports the failure of a single item.
  public var error: JSONValue? {
    @inlinable get { rest?.error }
    set { keep(Rest(binary: rest?.binary, origins: rest?.origins, error: newValue)) }
  }

  @usableFromInline
  final class Rest: Sendable, Hashable {
    @usableFromInline let binary: JSONObject?
    /// Where a place and an input do not say it.
    @usableFromInline let origins: PairedItem?
    @usableFromInline let error: JSONValue?

    @usableFromInline
    init(binary: JSONObject?, origins: PairedItem?, error: JSONValue?) {
      self.binary = binary
      self.origins = origins
      self.error = error
    }

    @usableFromInline
    static func == (left: Rest, right: Rest) -> Bool {
      left.binary == right.binary && left.origins == right.origins && left.error == right.error
    }

    @usableFromInline
    func hash(into hasher: inout Hasher) {
      hasher.combine(binary)
      hasher.combine(origins)
      hasher.combine(error)
    }
  }

  @usableFromInline
  mutating func pair(with pairing: PairedItem?) {
    let short: (Int32, Int32)? = if case .one(let origin)? = pairing { origin.short } else { nil }
    (place, input) = short ?? (-1, 0)
    keep(Rest(binary: rest?.binary, origins: short == nil ? pairing : nil, error: rest?.error))
  }

  private mutating func keep(_ rest: Rest) {
    self.rest = rest.binary == nil && rest.origins == nil && rest.error == nil ? nil : rest
  }
}

/// A reference to the items of the node's inputs from which an item was made.
public enum PairedItem: Sendable, Hashable {
  case one(Origin)
  case many([Origin])

  public struct Origin: Sendable, Hashable {
    /// Place in the input's items.
    public var item: Int
    /// Input slot.
    public var input: Int
    /// The output that the item came from, where that is not the source of the node's own run (a loop hands out items
    /// of its first run in every later one): n8n's `sourceOverwrite`.
    public var source: RunSource? { box?.source }
    /// Boxed, because nearly all origins do without.
    @usableFromInline let box: SourceBox?

    public init(item: Int, input: Int = 0, source: RunSource? = nil) {
      self.item = item
      self.input = input
      box = source.map { SourceBox($0) }
    }

    @inlinable
    init(item: Int, input: Int) {
      self.item = item
      self.input = input
      box = nil
    }

    /// The same in half the space, where nothing is lost by it.
    @inlinable
    var short: (Int32, Int32)? {
      guard box == nil, item >= 0, let item = Int32(exactly: item), let input = Int32(exactly: input) else {
        return nil
      }
      return (item, input)
    }

    @usableFromInline
    final class SourceBox: Sendable, Hashable {
      let source: RunSource
      init(_ source: RunSource) { self.source = source }
      @usableFromInline
      static func == (left: SourceBox, right: SourceBox) -> Bool { left.source == right.source }
      @usableFromInline
      func hash(into hasher: inout Hasher) { hasher.combine(source) }
    }
  }

  @inlinable
  public init(item: Int, input: Int = 0) { self = .one(Origin(item: item, input: input)) }

  public var origins: [Origin] {
    switch self {
    case .one(let origin): [origin]
    case .many(let origins): origins
    }
  }

  /// Both together, in order, each origin once.
  public func merged(with other: PairedItem) -> PairedItem {
    var all = origins
    for origin in other.origins where !all.contains(origin) { all.append(origin) }
    return .many(all)
  }
}

extension Item {
  /// Reads n8n's shape `{json, binary, pairedItem, error}`; a missing `json` is an empty object.
  public init(_ members: JSONObject) {
    self.init(
      json: members["json"]?.objectValue ?? [:], binary: members["binary"]?.objectValue,
      pairedItem: members["pairedItem"].flatMap { PairedItem($0) }, error: members["error"])
  }

  /// n8n's shape.
  public var asJSON: JSONValue {
    var members: JSONObject = ["json": .object(json)]
    if let binary { members["binary"] = .object(binary) }
    if let pairedItem { members["pairedItem"] = pairedItem.asJSON }
    if let error { members["error"] = error }
    return .object(members)
  }

  /// Appends n8n's shape to `bytes`, without building a value first.
  public func write(to bytes: inout [UInt8]) {
    bytes.append("{\"json\":")
    json.write(to: &bytes)
    if let binary {
      bytes.append(",\"binary\":")
      binary.write(to: &bytes)
    }
    if let pairedItem {
      bytes.append(",\"pairedItem\":")
      pairedItem.asJSON.write(to: &bytes)
    }
    if let error {
      bytes.append(",\"error\":")
      error.write(to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}

extension PairedItem {
  /// A number, `{item, input}`, or an array of these.
  public init?(_ value: JSONValue) {
    switch value {
    case .array(let elements): self = .many(elements.compactMap { Origin($0) })
    default:
      guard let origin = Origin(value) else { return nil }
      self = .one(origin)
    }
  }

  public var asJSON: JSONValue {
    switch self {
    case .one(let origin): origin.asJSON
    case .many(let origins): .array(origins.map(\.asJSON))
    }
  }
}

extension PairedItem.Origin {
  init?(_ value: JSONValue) {
    if let item = value.integerValue {
      self.init(item: item)
    } else if let item = value["item"]?.integerValue {
      self.init(
        item: item, input: value["input"]?.integerValue ?? 0, source: value["sourceOverwrite"].flatMap { RunSource($0) }
      )
    } else {
      return nil
    }
  }

  /// The input is left out where it is 0.
  var asJSON: JSONValue {
    var members: JSONObject = ["item": .integer(Int64(item))]
    if input != 0 { members["input"] = .integer(Int64(input)) }
    if let source { members["sourceOverwrite"] = source.asJSON }
    return .object(members)
  }
}
