// What is gathered of the items of each group, block of items after block, until there is a figure.

import JobsprintDomain

/// One figure of each group.
protocol GroupFigures {
  /// - Parameters:
  ///   - selection: the items to be added.
  ///   - groups: of all items so far, by place; negative for an item that belongs to none.
  ///   - groupCount: groups so far.
  mutating func add(_ selection: ItemSelection, of items: [Item], to groups: [Int], _ groupCount: Int)

  /// - Parameter group: one of those that were counted; the first is there without items, too.
  func figure(of group: Int) -> JSONValue
}

struct CountFigures: GroupFigures {
  let field: FieldPath
  let includesEmpty: Bool
  private var counts = [0]
  /// Where the field was in the item before.
  private var place = 0

  init(field: FieldPath, includesEmpty: Bool) {
    self.field = field
    self.includesEmpty = includesEmpty
  }

  mutating func add(_ selection: ItemSelection, of items: [Item], to groups: [Int], _ groupCount: Int) {
    counts.grow(to: groupCount, with: 0)
    let (field, includesEmpty) = (field, includesEmpty)
    var place = place
    var counts = counts.mutableSpan
    for index in selection where groups[index] >= 0 {
      if includesEmpty || field.hasContent(in: items, at: index, near: &place) { counts[groups[index]] += 1 }
    }
    self.place = place
  }

  func figure(of group: Int) -> JSONValue { .integer(Int64(counts[group])) }
}

/// Sums and averages; what is no number has no part in them.
struct SumFigures: GroupFigures {
  let field: FieldPath
  let isAverage: Bool
  private var sums = [(sum: 0.0, count: 0.0)]
  /// Where the field was in the item before.
  private var place = 0

  init(field: FieldPath, isAverage: Bool) {
    self.field = field
    self.isAverage = isAverage
  }

  mutating func add(_ selection: ItemSelection, of items: [Item], to groups: [Int], _ groupCount: Int) {
    sums.grow(to: groupCount, with: (0, 0))
    let field = field
    var place = place
    var sums = sums.mutableSpan
    for index in selection where groups[index] >= 0 {
      guard let number = field.number(in: items, at: index, near: &place) else { continue }
      let (sum, count) = sums[groups[index]]
      sums[groups[index]] = (sum + number, count + 1)
    }
    self.place = place
  }

  func figure(of group: Int) -> JSONValue {
    let (sum, count) = sums[group]
    return .number(isAverage ? sum / count : sum)
  }
}

/// Any other figure: of the values themselves, without those that are missing, null or `""` unless these count too.
struct GatheredFigures<State>: GroupFigures {
  let field: FieldPath
  let includesEmpty: Bool
  let nothing: State
  let add: (inout State, JSONValue?) -> Void
  let figure: (State) -> JSONValue
  private var states: [State]
  /// Where the field was in the item before.
  private var place = 0

  init(
    field: FieldPath, includesEmpty: Bool, nothing: State, add: @escaping (inout State, JSONValue?) -> Void,
    figure: @escaping (State) -> JSONValue
  ) {
    self.field = field
    self.includesEmpty = includesEmpty
    self.nothing = nothing
    states = [nothing]
    self.add = add
    self.figure = figure
  }

  mutating func add(_ selection: ItemSelection, of items: [Item], to groups: [Int], _ groupCount: Int) {
    states.grow(to: groupCount, with: nothing)
    for index in selection where groups[index] >= 0 {
      let value = field.value(in: items, at: index, near: &place)
      if includesEmpty || !(value?.isBlank ?? true) { add(&states[groups[index]], value) }
    }
  }

  func figure(of group: Int) -> JSONValue { figure(states[group]) }
}

extension Array {
  fileprivate mutating func grow(to count: Int, with element: Element) {
    while self.count < count { append(element) }
  }
}
