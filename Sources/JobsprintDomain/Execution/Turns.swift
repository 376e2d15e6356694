extension Sequence {
  /// One of each list in turn, in the order of the lists, until there are so many or none is left.
  public func inTurns<Member>(upTo limit: Int) -> [Member] where Element == [Member] {
    inTurns(upTo: limit, withRoom: [:] as [Int: Int]) { _ in 0 }
  }

  /// The same, but of members of one owner no more than he has room for.
  /// - Parameter rooms: of owners without a room any number is taken.
  public func inTurns<Member, Owner: Hashable>(
    upTo limit: Int, withRoom rooms: [Owner: Int], by owner: (Member) -> Owner
  ) -> [Member] where Element == [Member] {
    let lists = Array(self)
    let longest = lists.map(\.count).max() ?? 0
    var rooms = rooms
    var taken: [Member] = []
    for place in 0..<longest where taken.count < limit {
      for list in lists where place < list.count && taken.count < limit {
        if !rooms.isEmpty, let room = rooms[owner(list[place])] {
          guard room > 0 else { continue }
          rooms[owner(list[place])] = room - 1
        }
        taken.append(list[place])
      }
    }
    return taken
  }
}
