import JobsprintDomain

/// Holds what callers were told, what the store says, what the outside saw and what the processes measured against the
/// promises (docs/architecture.md, "What must hold").
struct ChaosVerifier {
  enum Promise: String, Sendable, CaseIterable {
    case accepted = "what was accepted is stored"
    case ending = "what was accepted ends"
    case fence = "whoever lost an execution writes no more"
    case record = "a node run has one record, and an end is final"
    case effect = "an effect is repeated only behind a fault of whoever did it, with the same key"
    case takeover = "what a dead worker held goes on within the lease and 5 s"
    case cause = "an execution is of a request, and a request has one"
    case recovery = "the first success comes within 5 s of a fault's end, 90 % of the rate within 30 s"
    case resources = "nothing leaks"
  }

  /// All that a run leaves.
  /// What a worker that was paused has said of its writes since; -1: nothing.
  struct Awakening {
    var refused = -1
    /// Commits that have failed.
    var failed = -1
  }

  struct Evidence: Sendable {
    var tally = ChaosLoad.Tally()
    /// Of the store, by id, with their data.
    var executions: [String: JSONValue] = [:]
    var acts: [Installation.Act] = []
    /// Processes that were killed or paused.
    var faulted: Set<Int> = []
    /// What was live when the time to heal was over.
    var live: [String: Int] = [:]
    /// Of each worker that was paused for longer than its lease.
    var awakenings: [Awakening] = []
    /// From the end of a lease until another took the execution over, at worst.
    var worstTakeover = TakeoverWatch.Delay()
    /// From the end of each fault until the next success; nil: none came.
    var recoveries: [(fault: ChaosFault, after: Duration?)] = []
    /// Successes in five seconds, before and at best after the faults.
    var rates: (before: Int, after: Int)?
    var leaks: [String] = []
  }

  struct Report: CustomStringConvertible {
    var base: KillVerifier.Report
    /// What was found, by the promise that it breaks.
    var problems: [Promise: [String]] = [:]
    var summary = ""

    var isClean: Bool { problems.isEmpty }

    var description: String {
      let found = problems.map { promise, problems in
        "'\(promise.rawValue)' is broken \(problems.count) times: \(problems.prefix(5).joined(separator: " | "))"
      }
      return (["\(base)", summary] + found).joined(separator: "\n")
    }
  }

  private let evidence: Evidence
  private var report: Report

  static func report(_ evidence: Evidence) -> Report {
    var verifier = ChaosVerifier(evidence)
    verifier.checkExecutions()
    verifier.checkCauses()
    verifier.checkActs()
    verifier.checkMeasurements()
    return verifier.report
  }

  private init(_ evidence: Evidence) {
    self.evidence = evidence
    report = Report(
      base: KillVerifier.report(
        accepted: evidence.tally.accepted, executions: evidence.executions, ledger: evidence.acts.map(\.line)))
    let worst = evidence.recoveries.compactMap(\.after).max() ?? .zero
    let rates = evidence.rates.map { "\($0.before) and \($0.after)" } ?? "?"
    report.summary =
      "writes refused to paused workers: \(evidence.awakenings.map(\.refused)); slowest takeover behind a lease "
      + "\(evidence.worstTakeover.duration); slowest first success behind a fault \(worst); successes in 5 s before and after "
      + rates
  }

  private mutating func add(_ promise: Promise, _ problems: [String]) {
    if !problems.isEmpty { report.problems[promise, default: []] += problems }
  }

  /// What was told to callers, against the store.
  private mutating func checkExecutions() {
    add(.accepted, report.base.lost)
    add(.accepted, evidence.tally.strange)
    add(.ending, report.base.unfinished + evidence.live.map { "\($0.value) executions are still \($0.key)" })
    add(.record, report.base.wrong)
    add(
      .record,
      evidence.tally.ends.compactMap { id, told in
        guard let found = evidence.executions[id]?["status"]?.stringValue, found != told else { return nil }
        return "\(id) was told to be \(told) and is \(found)"
      })
  }

  /// Every request has an idempotency key.
  private mutating func checkCauses() {
    var found: [Int: [String]] = [:]
    for (id, execution) in evidence.executions {
      let item = execution["data"]?["resultData"]?["runData"]?["Start"]?[0]?["data"]?["main"]?[0]?[0]
      guard let marker = item?["json"]?["marker"]?.integerValue else { continue }
      found[marker, default: []].append(id)
    }
    add(.cause, found.keys.filter { !evidence.tally.sent.contains($0) }.map { "nobody has sent the request \($0)" })
    add(.cause, found.filter { $0.value.count > 1 }.map { "the request \($0.key) has the executions \($0.value)" })
  }

  /// Whose processes did an effect more than once.
  private mutating func checkActs() {
    let steps = Dictionary(grouping: evidence.acts) { act in
      "\(act.line["execution"]?.stringValue ?? "?") \(act.line["label"]?.stringValue ?? "?")"
    }
    add(
      .effect,
      steps.compactMap { step, acts in
        let others = acts.map(\.process).filter { !evidence.faulted.contains($0) }
        return others.count > 1 ? "\(step) was done by the processes \(others), to which nothing had happened" : nil
      })
  }

  private mutating func checkMeasurements() {
    add(
      .fence,
      evidence.awakenings.filter { $0.refused <= 0 }.map {
        "no write of a paused worker was refused (refused \($0.refused), commits failed \($0.failed); -1: not said)"
      })
    let takeover = evidence.worstTakeover
    if takeover.duration > .seconds(5) {
      let fault = takeover.fault.map { "\($0)" } ?? "no fault"
      add(.takeover, ["a takeover came \(takeover.duration) behind the lease; the last fault was \(fault)"])
    }
    add(
      .recovery,
      evidence.recoveries.compactMap { fault, after in
        guard let after else { return "after \(fault) nothing succeeded" }
        return after > .seconds(5) ? "after \(fault) the first success came in \(after)" : nil
      })
    if let (before, after) = evidence.rates, after * 10 < before * 9 {
      add(.recovery, ["\(before) successes in 5 s before, at most \(after) within 30 s after the last fault"])
    }
    add(.resources, evidence.leaks)
  }
}
