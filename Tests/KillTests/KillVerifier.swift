import Foundation
import JobsprintDomain

/// What a client was told, what the store says, and what the outside world saw, held against each other.
struct KillVerifier {
  struct Report: CustomStringConvertible {
    var accepted = 0
    var lost: [String] = []
    var unfinished: [String] = []
    var wrong: [String] = []
    var resumed = 0
    var repeatedEffects = 0

    var isClean: Bool { lost.isEmpty && unfinished.isEmpty && wrong.isEmpty }

    var description: String {
      "accepted \(accepted), lost \(lost.count), unfinished \(unfinished.count), wrong \(wrong.count), "
        + "resumed in the middle \(resumed), effects repeated \(repeatedEffects); first problems: "
        + (lost.prefix(3) + unfinished.prefix(3) + wrong.prefix(5)).joined(separator: " | ")
    }
  }

  static let nodes = ["Start", "Prepare", "Charge", "Label", "Ship", "Done"]
  static let effects = ["Charge", "Ship"]

  /// - Parameters:
  ///   - accepted: marker by execution id, as the client got it.
  ///   - executions: the API's answers with their data; none for one that the store does not know.
  ///   - ledger: lines that the effects wrote.
  static func report(
    accepted: [String: Int], executions: [String: JSONValue], ledger: [JSONValue]
  ) -> Report {
    var report = Report(accepted: accepted.count)
    let acts = Dictionary(grouping: ledger) { $0["execution"]?.stringValue ?? "" }
    for (id, marker) in accepted {
      guard let execution = executions[id] else {
        report.lost.append("\(id) was accepted and is not stored")
        continue
      }
      guard execution["status"] == "success" else {
        report.unfinished.append("\(id) is \(execution["status"]?.stringValue ?? "?")")
        continue
      }
      check(id, marker, execution, acts[id] ?? [], &report)
    }
    return report
  }

  private static func check(
    _ id: String, _ marker: Int, _ execution: JSONValue, _ acts: [JSONValue], _ report: inout Report
  ) {
    var terms: [Int] = []
    var positions: [Int] = []
    for node in nodes {
      let runs = execution["data"]?["resultData"]?["runData"]?[node]?.arrayValue ?? []
      guard runs.count == 1, let run = runs.first, let record = run["journal"],
        let term = record["term"]?.integerValue, let position = record["position"]?.integerValue,
        let attempt = record["attempt"]?.integerValue
      else {
        report.wrong.append("\(id): '\(node)' is recorded \(runs.count) times")
        continue
      }
      terms.append(term)
      positions.append(position)
      if run["data"]?["main"]?[0]?[0]?["json"]?["marker"]?.integerValue != marker {
        report.wrong.append("\(id): '\(node)' has not the data of its request")
      }
      guard effects.contains(node) else { continue }
      let done = acts.filter { $0["label"]?.stringValue == node }
      if Set(done.map { $0["key"]?.stringValue }).count != 1 {
        report.wrong.append("\(id): '\(node)' acted with \(Set(done.map { $0["key"]?.stringValue }).count) keys")
      }
      // Each act belongs to an attempt that was begun; a second one only after the first was in flight at a kill.
      if done.count > attempt {
        report.wrong.append("\(id): '\(node)' acted \(done.count) times in \(attempt) attempts")
      }
      report.repeatedEffects += max(0, done.count - 1)
    }
    // Whoever has lost an execution writes no more: of later records, none is of an earlier holder.
    let byPosition = zip(positions, terms).sorted { $0.0 < $1.0 }.map(\.1)
    if byPosition != byPosition.sorted() { report.wrong.append("\(id): terms \(byPosition) by position") }
    if Set(positions).count != nodes.count { report.wrong.append("\(id): positions \(positions)") }
    if Set(terms).count > 1 { report.resumed += 1 }
  }
}
