// Prometheus's text format, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).

import JobsprintRuntime

/// Metrics one after the other; all samples of one name are added together.
struct MetricsText {
  enum Kind: String {
    case counter, gauge, histogram
  }

  /// A value of a metric, or of one of its parts.
  struct Sample {
    let labels: [(String, String)]
    let value: Double

    init(_ labels: KeyValuePairs<String, String>, _ value: Double) {
      self.labels = labels.map { ($0.key, $0.value) }
      self.value = value
    }

    init(_ labels: KeyValuePairs<String, String>, _ value: Int) { self.init(labels, Double(value)) }
  }

  /// A histogram, or one of several under one name.
  struct Series {
    let labels: [(String, String)]
    let histogram: Histogram

    init(_ labels: KeyValuePairs<String, String>, _ histogram: Histogram) {
      self.labels = labels.map { ($0.key, $0.value) }
      self.histogram = histogram
    }
  }

  private(set) var text = ""

  /// One metric with its samples; nothing where there are none.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    guard !samples.isEmpty else { return }
    begin(name, kind, help)
    for sample in samples { line(name, sample.labels, sample.value) }
  }

  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
    add(name, kind, help, [Sample([:], value)])
  }

  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    add(name, kind, help, [Sample([:], value)])
  }

  mutating func add(_ name: String, _ help: String, _ series: [Series]) {
    guard !series.isEmpty else { return }
    begin(name, .histogram, help)
    for one in series {
      let (labels, histogram) = (one.labels, one.histogram)
      for (bound, count) in histogram.cumulated { line(name + "_bucket", labels + [("le", Self.number(bound))], count) }
      line(name + "_bucket", labels + [("le", "+Inf")], histogram.count)
      line(name + "_sum", labels, histogram.sum)
      line(name + "_count", labels, histogram.count)
    }
  }

  private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
    }
    text += " \(Self.number(value))\n"
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  /// Whole numbers without a fraction.
  private static func number(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}

/// What a histogram's lines are made of.
struct Histogram {
  /// Rising bounds, each with the number of values up to it.
  var cumulated: [(bound: Double, count: Double)]
  var sum: Double
  var count: Double
}

extension Histogram {
  init(_ distribution: Distribution) {
    var seen = 0.0
    cumulated = zip(distribution.bounds, distribution.counts).map { bound, count in
      seen += Double(count)
      return (bound, seen)
    }
    sum = distribution.sum
    count = Double(distribution.counts.reduce(0, +))
  }
}
