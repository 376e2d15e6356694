// `$('X').item`: from the current item back through the history, to the item of X from which it was made.
//
// Every hop looks at the note that an item carries (``PairedItem``) and goes to the output that the note's origin
// names: its own source if it has one, else the source of the run that made the item. An item made from several is
// followed along all of them; that is fine as long as they meet in one item of X.

import JobsprintDomain

struct PairedItemWalk {
  /// An item in the history.
  private struct Location: Hashable {
    let source: RunSource
    let item: Int
  }

  private let history: RunHistory
  private let target: String

  init(to target: String, in history: RunHistory) {
    self.target = target
    self.history = history
  }

  /// The item of the target from which the item at `start` was made.
  func item(from start: RunSource, at place: Int) throws(Interruption) -> Item {
    var frontier = [Location(source: start, item: place)]
    var seen: Set<Location> = []
    var match: (location: Location, item: Item)?
    var failure: ExpressionProblem?
    while let location = frontier.popLast() {
      // Ways part and meet again where items are merged; each location is looked at once.
      guard seen.insert(location).inserted else { continue }
      let items = history.items(at: location.source)
      guard items.indices.contains(location.item) else {
        failure = failure ?? .pairingInvalid(at: location.source.node, item: location.item)
        continue
      }
      let item = items[location.item]
      if location.source.node.hasSameCodeUnits(as: target) {
        if let match, match.location != location { throw .problem(.severalMatches(in: target)) }
        match = (location, item)
        continue
      }
      switch origins(of: item, at: location) {
      case .success(let origins): frontier.append(contentsOf: origins)
      case .failure(let problem): failure = failure ?? problem
      }
    }
    if let match { return match.item }
    throw .problem(failure ?? .otherWay(than: target))
  }

  private func origins(of item: Item, at location: Location) -> Result<[Location], ExpressionProblem> {
    guard let pairing = item.pairedItem else {
      let isFirst = history.run(of: location.source.node, location.source.run)?.sources.allSatisfy { $0 == nil } ?? true
      // What began the execution was made from nothing; any other node owes an answer.
      return .failure(
        isFirst ? .otherWay(than: target) : .pairingMissing(at: location.source.node, item: location.item))
    }
    guard let run = history.run(of: location.source.node, location.source.run) else {
      return .failure(.pairingInvalid(at: location.source.node, item: location.item))
    }
    var locations: [Location] = []
    for origin in pairing.origins {
      let made = origin.source ?? (run.sources.indices.contains(origin.input) ? run.sources[origin.input] : nil)
      // One origin that leads nowhere does not spoil the others.
      guard let made, history.items(at: made).indices.contains(origin.item) else { continue }
      locations.append(Location(source: made, item: origin.item))
    }
    guard locations.isEmpty else { return .success(locations) }
    let began = run.sources.allSatisfy { $0 == nil }
    return .failure(began ? .otherWay(than: target) : .pairingInvalid(at: location.source.node, item: location.item))
  }
}
