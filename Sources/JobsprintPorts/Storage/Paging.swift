/// One page of a list that is walked by key, never by offset.
public struct PageRequest<Key: Sendable>: Sendable {
  /// The last key of the page before; nil for the first page.
  public let after: Key?
  /// The other way round, for lists that are newest first by themselves and say that they can.
  public let isOldestFirst: Bool
  public let limit: Int
  /// Bytes of payload (documents, inputs, errors): the page ends behind the element with which it reaches them, so that
  /// 250 elements of 16 MB each are 250 pages and not one answer of 4 GB.
  public let payloadLimit: Int

  public init(after: Key? = nil, isOldestFirst: Bool = false, limit: Int = 100, payloadLimit: Int = 16 << 20) {
    self.after = after
    self.isOldestFirst = isOldestFirst
    self.limit = limit
    self.payloadLimit = payloadLimit
  }
}

public struct Page<Element: Sendable>: Sendable {
  public let elements: [Element]
  /// There is at least one more element behind the last one.
  public let hasMore: Bool

  public init(elements: [Element], hasMore: Bool) {
    self.elements = elements
    self.hasMore = hasMore
  }
}
