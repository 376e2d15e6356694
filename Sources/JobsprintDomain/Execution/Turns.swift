extension Sequence {
  /// One of each list in turn, in the order of the lists, until there are so many or none is left.
  public func inTurns<Member>(upTo limit: Int) -> [Member] where Element == [Member] {
    let lists = Array(self)
    let longest = lists.map(\.count).max() ?? 0
    var taken: [Member] = []
    for place in 0..<longest where taken.count < limit {
      taken += lists.lazy.filter { place < $0.count }.map { $0[place] }.prefix(limit - taken.count)
    }
    return taken
  }
}
