import JobsprintDomain

/// One of the figures that `summarize` makes of a field, for all groups in one pass over the items.
struct Aggregation: Sendable {
  enum Kind: String, Sendable, CaseIterable {
    case append, average, concatenate, count, countUnique, max, min, sum

    fileprivate var prefix: String {
      switch self {
      case .append: "appended_"
      case .average: "average_"
      case .concatenate: "concatenated_"
      case .count: "count_"
      case .countUnique: "unique_count_"
      case .max: "max_"
      case .min: "min_"
      case .sum: "sum_"
      }
    }
  }

  let kind: Kind
  let field: FieldPath
  /// Missing, null and `""` count too.
  let includesEmpty: Bool
  /// Between the values of `concatenate`.
  let separator: String

  var outputName: String { kind.prefix + field.name.asSummaryName }

  /// - Parameters:
  ///   - groups: the group of each item, as many as items; nil for an item that is in none.
  ///   - count: number of groups.
  /// - Returns: the figure of each group.
  func figures(_ items: [Item], groups: [Int?], count: Int) -> [JSONValue] {
    switch kind {
    case .append:
      var lists = [[JSONValue]](repeating: [], count: count)
      each(items, groups) { lists[$0].append($1 ?? .null) }
      return lists.map { .array($0) }
    case .concatenate:
      var texts = [String?](repeating: nil, count: count)
      each(items, groups) { group, value in
        let text = value?.asText ?? "undefined"
        if texts[group] == nil { texts[group] = text } else { texts[group]?.append(separator + text) }
      }
      return texts.map { .string($0 ?? "") }
    case .count:
      var counts = [Int64](repeating: 0, count: count)
      each(items, groups) { group, _ in counts[group] += 1 }
      return counts.map { .integer($0) }
    case .countUnique:
      var seen = [Set<JSONValue?>](repeating: [], count: count)
      each(items, groups) { seen[$0].insert($1) }
      return seen.map { .integer(Int64($0.count)) }
    case .sum, .average:
      var sums = [Double](repeating: 0, count: count)
      var counts = sums
      var hint = 0
      for place in items.indices {
        // What is no number has no part in a sum.
        guard let group = groups[place],
          let number = field.value(in: items[place].json, near: &hint)?.doubleValue
        else { continue }
        sums[group] += number
        counts[group] += 1
      }
      return kind == .sum ? sums.map { .number($0) } : zip(sums, counts).map { .number($0 / $1) }
    case .min, .max:
      var best = [JSONValue?](repeating: nil, count: count)
      var hint = 0
      for place in items.indices {
        guard let group = groups[place], let value = field.value(in: items[place].json, near: &hint), !value.isBlank
        else {
          continue
        }
        guard let other = best[group] else {
          best[group] = value
          continue
        }
        if kind == .min ? value.isLess(than: other) : other.isLess(than: value) { best[group] = value }
      }
      return best.map { $0 ?? .null }
    }
  }

  private func each(_ items: [Item], _ groups: [Int?], _ body: (Int, JSONValue?) -> Void) {
    var hint = 0
    for place in items.indices {
      guard let group = groups[place] else { continue }
      let value = field.value(in: items[place].json, near: &hint)
      if includesEmpty || !(value?.isBlank ?? true) { body(group, value) }
    }
  }
}

extension JSONValue {
  fileprivate var isBlank: Bool { isNull || self == "" }

  /// JavaScript's `<`: two texts by their units, anything else as numbers, where what is no number is never less.
  fileprivate func isLess(than other: JSONValue) -> Bool {
    if case .string(let a) = self, case .string(let b) = other {
      return TextKey(a, foldsCase: false) < TextKey(b, foldsCase: false)
    }
    return comparisonNumber < other.comparisonNumber
  }

  private var comparisonNumber: Double {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .string(let text): text.asJavaScriptNumber ?? .nan
    default: doubleValue ?? .nan
    }
  }
}

extension String {
  /// A field's name inside the name of an output field: no brackets and quotes, `_` for dots and spaces.
  var asSummaryName: String {
    var name = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "[", "]", "\"": continue
      case " ", ".": name += "_"
      default: name.unicodeScalars.append(scalar)
      }
    }
    return name
  }
}
