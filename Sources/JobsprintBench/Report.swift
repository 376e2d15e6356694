import Foundation
import JobsprintDomain

/// Prints figures as they come: a table for people, or one JSON object at the end.
final class Report {
  private let asJSON: Bool
  private var sections: JSONObject = [:]

  init(asJSON: Bool) { self.asJSON = asJSON }

  func begin() {
    guard !asJSON else { return }
    Self.say("Measured on: \(Machine.summary)")
  }

  func add(_ figures: [Figure], to section: String) {
    if asJSON {
      sections[section] = .array(
        figures.map { figure in
          var object: JSONObject = [
            "name": .string(figure.name), "value": figure.value.isFinite ? .double(figure.value) : .null,
            "unit": .string(figure.unit),
          ]
          if let against = figure.against { object["against"] = .string(against) }
          return .object(object)
        })
      return
    }
    Self.say("\n\(section)")
    for figure in figures {
      let name = figure.name.padding(toLength: 44, withPad: " ", startingAt: 0)
      let value = Self.text(of: figure.value)
      let number = String(repeating: " ", count: max(0, 10 - value.count)) + value
      Self.say("  \(name)\(number) \(figure.unit)" + (figure.against.map { "   (\($0))" } ?? ""))
    }
  }

  func end() {
    guard asJSON else { return }
    let report: JSONObject = ["machine": .string(Machine.summary), "figures": .object(sections)]
    Self.say(JSONValue.object(report).jsonText)
  }

  /// Not buffered: figures come minutes apart.
  private static func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

  /// Three digits that count; thousands apart.
  static func text(of value: Double) -> String {
    guard value.isFinite else { return "-" }
    if abs(value) < 10 { return String(format: "%.2f", value) }
    if abs(value) < 100 { return String(format: "%.1f", value) }
    var digits = String(format: "%.0f", value)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
  }
}

/// The machine in one line.
enum Machine {
  static var summary: String {
    let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
      .split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    let info = ProcessInfo.processInfo
    let memory = Double(info.physicalMemory) / 1_073_741_824
    return "\(info.activeProcessorCount) cores of \(cpu ?? "an unknown processor"), "
      + "\(String(format: "%.0f", memory)) GiB, \(info.operatingSystemVersionString)"
  }
}
