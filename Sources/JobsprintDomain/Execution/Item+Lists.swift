// What is done to lists of many items. An item that is handed on is counted, once for each of its references, and that
// takes longer than what most nodes do with it: so an item is looked into where it lies in its list, and the usual way
// holds no call that would need it counted.

extension [Item] {
  /// The value of a key of an item's data.
  ///
  /// - Parameters:
  ///   - index: the item's place.
  ///   - place: where to look for the key first; becomes the place where it was found.
  @inlinable
  public func value(of key: String, at index: Int, near place: inout Int) -> JSONValue? {
    guard find(key, at: index, near: &place) else { return nil }
    return self[index].json.entries[place].value
  }

  /// The same where it is a number, of either kind.
  @inlinable @inline(__always)
  public func number(of key: String, at index: Int, near place: inout Int) -> Double? {
    guard find(key, at: index, near: &place) else { return nil }
    switch self[index].json.entries[place].value {
    case .integer(let value): return Double(value)
    case .double(let value): return value
    default: return nil
    }
  }

  /// Whether the same is that text; nil where it is no text.
  @inlinable @inline(__always)
  public func isText(_ wanted: String, of key: String, at index: Int, near place: inout Int) -> Bool? {
    guard find(key, at: index, near: &place), case .string(let text) = self[index].json.entries[place].value else {
      return nil
    }
    return text.hasSameCodeUnits(as: wanted)
  }

  @inlinable @inline(__always)
  func find(_ key: String, at index: Int, near place: inout Int) -> Bool {
    if span[index].json.has(key, at: place) { return true }
    guard let found = self[index].json.position(of: key, near: place) else { return false }
    place = found
    return true
  }

  /// The origins of the items at some places, for an item that is made of them.
  @inlinable
  public func pairing(of places: some Collection<Int>) -> PairedItem {
    let source = span
    guard places.allSatisfy({ source[$0].place >= 0 }) else {
      return .many(places.flatMap { self[$0].pairedItem?.origins ?? [] })
    }
    var origins: [PairedItem.Origin] = []
    origins.append(addingCapacity: places.count) { output in
      for index in places {
        output.append(PairedItem.Origin(item: Int(source[index].place), input: Int(source[index].input)))
      }
    }
    return .many(origins)
  }

  /// The items at some neighbouring places.
  @inlinable
  public func part(_ places: Range<Int>) -> [Item] {
    let source = span
    var part: [Item] = []
    part.append(addingCapacity: places.count) { output in
      for place in places {
        output.append(source[place].isPlain ? Item(plain: source[place]) : self[place])
      }
    }
    return part
  }

  /// The data of all items, as a list.
  @inlinable
  public var data: [JSONValue] {
    let source = span
    var data: [JSONValue] = []
    data.append(addingCapacity: count) { output in
      for place in source.indices {
        let json = source[place].isPlain ? JSONObject(unindexed: source[place].json.entries) : self[place].json
        output.append(.object(json))
      }
    }
    return data
  }

  /// Pairs every item with its own place in an input, as the engine does before a node runs.
  ///
  /// Nodes that work item by item leave their items so: such a list is not copied, which takes as long as `limit` or
  /// `filter` do themselves.
  public mutating func pair(withInput input: Int) {
    guard !isPaired(withInput: input) else { return }
    let short = Int32(exactly: input)
    var items = mutableSpan
    for index in items.indices {
      if let short, let place = Int32(exactly: index), items[index].rest == nil {
        (items[index].place, items[index].input) = (place, short)
      } else {
        items[index].pairedItem = PairedItem(item: index, input: input)
      }
    }
  }

  private func isPaired(withInput input: Int) -> Bool {
    let items = span
    for index in items.indices where Int(items[index].place) != index || Int(items[index].input) != input {
      return false
    }
    return true
  }

  /// The item has that key, with a value that is neither null nor empty text.
  @inlinable @inline(__always)
  public func hasContent(of key: String, at index: Int, near place: inout Int) -> Bool {
    guard find(key, at: index, near: &place) else { return false }
    return !self[index].json.entries[place].value.isBlank
  }

  /// What stands for the text of a key of an item's data, where it is text; of one use only while the items are there.
  @inlinable @inline(__always)
  public func textIdentity(of key: String, at index: Int, near place: inout Int) -> TextIdentity? {
    guard find(key, at: index, near: &place), case .string(let text) = self[index].json.entries[place].value else {
      return nil
    }
    return TextIdentity(text)
  }
}
