import JobsprintDomain

/// One of the figures that `summarize` makes of a field of many items.
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

  /// The figure of the items at some places.
  func figure(of places: ArraySlice<Int>, in items: [Item]) -> JSONValue {
    switch kind {
    case .append:
      var list: [JSONValue] = []
      each(places, items) { list.append($0 ?? .null) }
      return .array(list)
    case .concatenate:
      var joined: String?
      each(places, items) { value in
        let text = value?.asText ?? "undefined"
        if joined == nil { joined = text } else { joined?.append(separator + text) }
      }
      return .string(joined ?? "")
    case .count:
      if includesEmpty { return .integer(Int64(places.count)) }
      var (count, hint) = (Int64(0), 0)
      for place in places where field.hasContent(in: items, at: place, near: &hint) { count += 1 }
      return .integer(count)
    case .countUnique:
      var seen: Set<JSONValue?> = []
      each(places, items) { seen.insert($0) }
      return .integer(Int64(seen.count))
    case .sum, .average:
      var (sum, count, hint) = (0.0, 0.0, 0)
      for place in places {
        // What is no number has no part in a sum.
        guard let number = field.number(in: items, at: place, near: &hint) else { continue }
        sum += number
        count += 1
      }
      return .number(kind == .sum ? sum : sum / count)
    case .min, .max:
      var best: JSONValue?
      var hint = 0
      for place in places {
        guard let value = field.value(in: items, at: place, near: &hint), !value.isBlank else { continue }
        guard let other = best else {
          best = value
          continue
        }
        if kind == .min ? value.isLess(than: other) : other.isLess(than: value) { best = value }
      }
      return best ?? .null
    }
  }

  private func each(_ places: ArraySlice<Int>, _ items: [Item], _ body: (JSONValue?) -> Void) {
    var hint = 0
    for place in places {
      let value = field.value(in: items, at: place, near: &hint)
      if includesEmpty || !(value?.isBlank ?? true) { body(value) }
    }
  }
}

extension JSONValue {
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
