// Items are what flows along connections: a JSON object each, with a note of where it came from.

/// One item.
public struct Item: Sendable, Hashable {
  public var json: JSONObject
  /// Files by property name, in n8n's shape.
  public var binary: JSONObject?
  /// The items it was made from; nil when nobody knows.
  public var pairedItem: PairedItem?
  /// Set by a node that reports the failure of a single item.
  public var error: JSONValue?

  @inlinable
  public init(json: JSONObject, binary: JSONObject? = nil, pairedItem: PairedItem? = nil, error: JSONValue? = nil) {
    self.json = json
    self.binary = binary
    self.pairedItem = pairedItem
    self.error = error
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
    /// Boxed, because nearly all items do without and every item pays for the size.
    private let box: SourceBox?

    public init(item: Int, input: Int = 0, source: RunSource? = nil) {
      self.item = item
      self.input = input
      box = source.map { SourceBox($0) }
    }

    private final class SourceBox: Sendable, Hashable {
      let source: RunSource
      init(_ source: RunSource) { self.source = source }
      static func == (left: SourceBox, right: SourceBox) -> Bool { left.source == right.source }
      func hash(into hasher: inout Hasher) { hasher.combine(source) }
    }
  }

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
    json = members["json"]?.objectValue ?? [:]
    binary = members["binary"]?.objectValue
    pairedItem = members["pairedItem"].flatMap { PairedItem($0) }
    error = members["error"]
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
