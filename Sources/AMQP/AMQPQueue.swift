/// First in, first out, in a ring: constant time at both ends.
struct AMQPQueue<Element> {
  private var ring: [Element?] = []
  private var head = 0
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  var first: Element? {
    get { count == 0 ? nil : ring[head] }
    set { if count > 0, let newValue { ring[head] = newValue } }
  }

  mutating func append(_ element: Element) {
    grow()
    ring[(head + count) & (ring.count - 1)] = element
    count += 1
  }

  mutating func popFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = ring[head]
    ring[head] = nil
    head = (head + 1) & (ring.count - 1)
    count -= 1
    return element
  }

  subscript(offset: Int) -> Element? {
    get { offset >= 0 && offset < count ? ring[(head + offset) & (ring.count - 1)] : nil }
    set { if offset >= 0 && offset < count, let newValue { ring[(head + offset) & (ring.count - 1)] = newValue } }
  }

  func visit(_ body: (Element) -> Void) {
    for offset in 0..<count {
      if let element = ring[(head + offset) & (ring.count - 1)] { body(element) }
    }
  }

  /// The size stays a power of two, so that a mask does for a remainder.
  private mutating func grow() {
    guard count == ring.count else { return }
    var larger: [Element?] = []
    larger.reserveCapacity(max(8, count * 2))
    for offset in 0..<count { larger.append(ring[(head + offset) & (ring.count - 1)]) }
    larger.append(contentsOf: repeatElement(nil, count: max(8, count * 2) - count))
    ring = larger
    head = 0
  }
}
