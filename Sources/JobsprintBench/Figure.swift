/// One number, with its unit and what it is to be read against.
struct Figure: Sendable {
  let name: String
  let value: Double
  let unit: String
  /// For example `aim: 3,000 or more`, or what was measured beside it.
  let against: String?

  init(_ name: String, _ value: Double, _ unit: String, against: String? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.against = against
  }
}

/// Durations in the order of size.
struct Percentiles: Sendable {
  private let sorted: [Duration]

  init(_ durations: [Duration]) { sorted = durations.sorted() }

  /// In milliseconds; `share` from 0 to 1.
  func milliseconds(at share: Double) -> Double {
    guard !sorted.isEmpty else { return .nan }
    let place = min(sorted.count - 1, Int(Double(sorted.count) * share))
    return sorted[place] / .milliseconds(1)
  }

  func figures(_ name: String, aims: [Double: String] = [:]) -> [Figure] {
    [0.5, 0.95, 0.99, 1].map { share in
      Figure(
        share == 1 ? "\(name), longest" : "\(name), p\(Int(share * 100))", milliseconds(at: share), "ms",
        against: aims[share])
    }
  }
}
