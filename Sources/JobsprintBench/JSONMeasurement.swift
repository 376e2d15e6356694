import Foundation
import JobsprintDomain

/// JSON as executions carry it, beside Foundation's in the same run.
enum JSONMeasurement {
  private static let rounds = 5

  static func figures() throws -> [Figure] {
    var figures: [Figure] = []
    for (name, bytes) in [("items of 200 bytes", items()), ("a body of 1 KB", E3.body(number: 7))] {
      let data = Data(bytes)
      let repetitions = max(1, 4_000_000 / bytes.count)
      let value = try JSONValue(parsing: bytes)
      let object = try JSONSerialization.jsonObject(with: data)
      let parse = try speed(bytes.count, repetitions) { _ = try JSONValue(parsing: bytes) }
      let parseBeside = try speed(bytes.count, repetitions) { _ = try JSONSerialization.jsonObject(with: data) }
      let write = speed(bytes.count, repetitions) { _ = value.jsonBytes }
      let writeBeside = try speed(bytes.count, repetitions) { _ = try JSONSerialization.data(withJSONObject: object) }
      figures += [
        Figure("parse \(name)", parse, "MB/s", against: "Foundation: \(Report.text(of: parseBeside))"),
        Figure("write \(name)", write, "MB/s", against: "Foundation: \(Report.text(of: writeBeside))"),
      ]
    }
    return figures
  }

  /// 10,000 items: two megabytes.
  private static func items() -> [UInt8] {
    let items = (0..<10_000).map { number -> JSONValue in
      [
        "id": .integer(Int64(number)), "name": .string("Customer \(number)"),
        "email": .string("c\(number)@example.com"),
        "amount": .double(Double(number) * 1.25), "active": .bool(number % 3 == 0), "note": nil,
        "tags": ["north", "retail", .string("tier-\(number % 5)")],
        "address": ["city": "Zürich", "zip": .string("80\(number % 90 + 10)")],
      ]
    }
    return JSONValue.array(items).jsonBytes
  }

  /// MB/s of the best round.
  private static func speed(_ bytes: Int, _ repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<rounds {
      let begin = clock.now
      for _ in 0..<repetitions { try body() }
      let seconds = (clock.now - begin) / .seconds(1)
      best = max(best, Double(bytes * repetitions) / seconds / 1_000_000)
    }
    return best
  }
}
