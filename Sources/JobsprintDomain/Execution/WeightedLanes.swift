/// Lines of waiting elements, one for each lane. In a round each lane has its weight's number of turns, from the
/// highest lane to the lowest, so that higher lanes come first and no lane ever starves.
public struct WeightedLanes<Element: Sendable>: Sendable {
  private var lines: [Lane: Line] = [:]
  /// Turns that are left in this round.
  private var turns: [Lane: Int] = [:]
  public private(set) var count = 0

  /// Of 13 that are taken while all lanes have enough, one is of the lowest.
  private static func weight(_ lane: Lane) -> Int {
    switch lane {
    case .high: 8
    case .normal: 4
    case .low: 1
    }
  }

  public init() {}

  public func count(in lane: Lane) -> Int { lines[lane]?.count ?? 0 }

  public mutating func append(_ element: Element, in lane: Lane) {
    lines[lane, default: Line()].append(element)
    count += 1
  }

  /// At most `limit` elements, of each lane in the order in which they came.
  public mutating func take(upTo limit: Int) -> [Element] {
    var taken: [Element] = []
    while taken.count < limit, count > 0 {
      let before = taken.count
      for lane in Lane.allCases where taken.count < limit {
        let wanted = min(turns[lane] ?? Self.weight(lane), limit - taken.count)
        let moved = lines[lane]?.move(upTo: wanted, to: &taken) ?? 0
        turns[lane] = (turns[lane] ?? Self.weight(lane)) - moved
        count -= moved
      }
      // Nobody who still has a turn has an element: a new round.
      if taken.count == before { turns = [:] }
    }
    return taken
  }

  /// First in, first out, without moving the rest at every take.
  private struct Line: Sendable {
    private var elements: [Element] = []
    private var head = 0

    var count: Int { elements.count - head }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func move(upTo limit: Int, to taken: inout [Element]) -> Int {
      let end = min(elements.count, head + limit)
      defer { trim(to: end) }
      taken += elements[head..<end]
      return end - head
    }

    private mutating func trim(to end: Int) {
      head = end
      if head * 2 >= elements.count {
        elements.removeFirst(head)
        head = 0
      }
    }
  }
}
