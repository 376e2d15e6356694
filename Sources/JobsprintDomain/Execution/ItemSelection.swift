/// Some of up to 64 neighbouring items of a list, by their places; a sequence of these in their order.
///
/// Whatever looks at the items of a long list more than once does it block by block, so that the data of an item is
/// still in the processor's first cache at the second look. (Measured over 10,000 items, from one look at the whole
/// list and then the next: `if` 32 to 23 ns an item, `filter` 21 to 14, `summarize` 46 to 26.)
public struct ItemSelection: Sendable, Sequence {
  @usableFromInline let start: Int
  @usableFromInline var bits: UInt64

  @inlinable
  init(start: Int, bits: UInt64) {
    self.start = start
    self.bits = bits
  }

  public static let mostItems = 64

  /// All items of the block that begins at a place.
  @inlinable
  init(allFrom start: Int, count: Int) {
    self.init(start: start, bits: count >= Self.mostItems ? .max : (1 << UInt64(count)) - 1)
  }

  /// One item alone.
  @inlinable
  public init(only place: Int) { self.init(start: place, bits: 1) }

  /// None of the same block.
  @inlinable public var none: ItemSelection { ItemSelection(start: start, bits: 0) }

  @inlinable public var isEmpty: Bool { bits == 0 }

  @inlinable public var count: Int { bits.nonzeroBitCount }

  @inlinable
  public func contains(_ place: Int) -> Bool { bits & bit(of: place) != 0 }

  /// How many of its items come before a place.
  @inlinable
  public func rank(of place: Int) -> Int { (bits & (bit(of: place) &- 1)).nonzeroBitCount }

  /// Takes an item of the block in where it is wanted; never takes one out.
  @inlinable @inline(__always)
  public mutating func insert(_ place: Int, if isWanted: Bool = true) {
    bits |= (isWanted ? 1 : 0) << UInt64(truncatingIfNeeded: place &- start)
  }

  @inlinable
  public mutating func remove(_ place: Int) { bits &= ~bit(of: place) }

  /// Of the same block.
  @inlinable
  public func union(_ other: ItemSelection) -> ItemSelection { ItemSelection(start: start, bits: bits | other.bits) }

  /// Of the same block.
  @inlinable
  public func subtracting(_ other: ItemSelection) -> ItemSelection {
    ItemSelection(start: start, bits: bits & ~other.bits)
  }

  @inlinable
  func bit(of place: Int) -> UInt64 { 1 << UInt64(truncatingIfNeeded: place &- start) }

  public struct Iterator: IteratorProtocol {
    @usableFromInline let start: Int
    @usableFromInline var bits: UInt64

    @inlinable
    init(start: Int, bits: UInt64) {
      self.start = start
      self.bits = bits
    }

    @inlinable @inline(__always)
    public mutating func next() -> Int? {
      guard bits != 0 else { return nil }
      let place = bits.trailingZeroBitCount
      bits &= bits &- 1
      return start &+ place
    }
  }

  @inlinable
  public func makeIterator() -> Iterator { Iterator(start: start, bits: bits) }
}

extension [Item] {
  /// Its items, block after block.
  @inlinable
  public var blocks: some Sequence<ItemSelection> {
    stride(from: 0, to: count, by: ItemSelection.mostItems).lazy.map { start in
      ItemSelection(allFrom: start, count: self.count - start)
    }
  }

  /// Appends some items of another list.
  @inlinable
  public mutating func append(_ selection: ItemSelection, of items: [Item]) {
    let source = items.span
    append(addingCapacity: selection.count) { output in
      for place in selection {
        output.append(source[place].isPlain ? Item(plain: source[place]) : items[place])
      }
    }
  }
}
