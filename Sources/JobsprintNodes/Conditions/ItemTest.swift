import JobsprintDomain
import JobsprintPorts

/// Tells which items of a node meet its conditions.
protocol ItemTest {
  /// - Parameter selection: some of the context's items.
  mutating func test(_ selection: ItemSelection, _ context: NodeContext) -> ItemVerdict
}

/// What became of a few items that were tested. Those that neither meet the conditions nor failed do not meet them.
struct ItemVerdict {
  var met: ItemSelection
  /// Items of which the conditions could not tell.
  var failures: [(place: Int, error: NodeError)] = []

  mutating func note(_ place: Int, _ holds: () throws(NodeError) -> Bool) {
    do throws(NodeError) { met.insert(place, if: try holds()) } catch { failures.append((place, error)) }
  }
}

extension ItemTest {
  /// Whether one item meets the conditions.
  mutating func isMet(at place: Int, _ context: NodeContext) throws(NodeError) -> Bool {
    let verdict = test(ItemSelection(only: place), context)
    if let failure = verdict.failures.first { throw failure.error }
    return !verdict.met.isEmpty
  }

  /// The context's items by whether they meet the conditions.
  ///
  /// - Parameters:
  ///   - failuresMeet: where the node goes on, the reports of items that failed are among those that meet them.
  ///   - keepsOthers: without, those that do not meet them are left out.
  mutating func divide(
    _ context: NodeContext, failuresMeet: Bool, keepsOthers: Bool
  ) throws(NodeError) -> (met: [Item], others: [Item]) {
    var divided: (met: [Item], others: [Item]) = ([], [])
    var seen = 0
    for block in context.items.blocks {
      seen += block.count
      var verdict = test(block, context)
      if !context.continuesOnFail, let first = verdict.failures.min(by: { $0.place < $1.place }) { throw first.error }
      for failure in verdict.failures { verdict.met.insert(failure.place, if: failuresMeet) }
      divided.met.makeRoom(for: verdict.met, after: seen, of: context.items.count)
      divided.met.append(verdict.met, of: context.items)
      divided.met.report(verdict.failures, ofLast: verdict.met)
      guard keepsOthers else { continue }
      let others = block.subtracting(verdict.met)
      divided.others.makeRoom(for: others, after: seen, of: context.items.count)
      divided.others.append(others, of: context.items)
      divided.others.report(verdict.failures, ofLast: others)
    }
    return divided
  }
}

extension [Item] {
  /// Where there is no more room, makes some for as many as there will be if the rest goes like what was seen: growing
  /// by doubling moves everything several times.
  ///
  /// - Parameters:
  ///   - selection: what is appended next; seen, too.
  ///   - seen: so many items of all.
  fileprivate mutating func makeRoom(for selection: ItemSelection, after seen: Int, of all: Int) {
    let next = count + selection.count
    guard next > capacity else { return }
    reserveCapacity(next * all / seen + ItemSelection.mostItems)
  }

  /// Puts reports in the places of items that failed.
  /// - Parameter selection: what was appended last.
  fileprivate mutating func report(_ failures: [(place: Int, error: NodeError)], ofLast selection: ItemSelection) {
    for (place, error) in failures where selection.contains(place) {
      let index = count - selection.count + selection.rank(of: place)
      self[index] = self[index].reporting(error)
    }
  }
}

extension Item {
  /// The item with a note of what went wrong with it, for a node that goes on.
  func reporting(_ error: NodeError) -> Item {
    Item(json: ["error": .string(error.message)], pairedItem: pairedItem)
  }
}
