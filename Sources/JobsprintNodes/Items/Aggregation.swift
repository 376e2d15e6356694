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

  /// Nothing gathered yet.
  var figures: any GroupFigures {
    switch kind {
    case .append:
      gathered([JSONValue]()) {
        $0.append($1 ?? .null)
      } figure: {
        .array($0)
      }
    case .concatenate:
      gathered(String?.none) { [separator] joined, value in
        let text = value?.asText ?? "undefined"
        if joined == nil { joined = text } else { joined?.append(separator + text) }
      } figure: {
        .string($0 ?? "")
      }
    case .count: CountFigures(field: field, includesEmpty: includesEmpty)
    case .countUnique:
      gathered(Set<JSONValue?>()) {
        $0.insert($1)
      } figure: {
        .integer(Int64($0.count))
      }
    case .sum: SumFigures(field: field, isAverage: false)
    case .average: SumFigures(field: field, isAverage: true)
    case .min: best { $0.isLess(than: $1) }
    case .max: best { $1.isLess(than: $0) }
    }
  }

  private func gathered<State: Sendable>(
    _ nothing: State, add: @escaping (inout State, JSONValue?) -> Void, figure: @escaping (State) -> JSONValue
  ) -> some GroupFigures {
    GatheredFigures(field: field, includesEmpty: includesEmpty, nothing: nothing, add: add, figure: figure)
  }

  private func best(_ isBetter: @escaping (JSONValue, JSONValue) -> Bool) -> some GroupFigures {
    GatheredFigures(field: field, includesEmpty: false, nothing: JSONValue?.none) { best, value in
      guard let value else { return }
      guard let other = best else {
        best = value
        return
      }
      if isBetter(value, other) { best = value }
    } figure: {
      $0 ?? .null
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
