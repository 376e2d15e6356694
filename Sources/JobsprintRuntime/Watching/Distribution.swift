/// How many values lie up to each of some bounds, and their sum.
public struct Distribution: Sendable, Hashable {
  /// Rising.
  public let bounds: [Double]
  /// For each bound, the values up to it and beyond the one before; one more for those beyond all.
  public private(set) var counts: [UInt64]
  public private(set) var sum = 0.0

  public init(bounds: [Double]) {
    self.bounds = bounds
    counts = [UInt64](repeating: 0, count: bounds.count + 1)
  }

  public mutating func record(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }
}

extension Distribution {
  /// From a millisecond to ten seconds.
  public static let seconds = Distribution(bounds: [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ])
}
