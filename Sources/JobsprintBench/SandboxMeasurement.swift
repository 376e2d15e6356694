import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript

/// Expressions, natively and in one sandbox, and Code nodes: with the sandbox beside this program.
enum SandboxMeasurement {
  private static let count = 10_000
  private static let rounds = 10

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    let sandbox = URL(filePath: context.executable).deletingLastPathComponent().appending(path: "jobsprint-sandbox")
    guard FileManager.default.isExecutableFile(atPath: sandbox.path) else {
      throw BenchError(description: "\(sandbox.path) is missing: make bench builds it")
    }
    var options = SandboxOptions(executable: sandbox.path)
    options.size = 1
    let javaScript = SandboxEvaluator(options)
    defer { javaScript.close() }
    return try await [
      Figure(
        "expressions, natively", speed("={{ $json.name }}", in: NativeExpressionEvaluator()), "/s",
        against: "one core; aim: 2,000,000 or more"),
      Figure(
        "expressions, in one sandbox", speed("={{ $json.name.toUpperCase() }}", in: javaScript), "/s",
        against: "\(count) items a batch; aim: 100,000 or more"),
    ] + codeFigures(javaScript) + replacementFigures(javaScript)
  }

  /// Of the best round; a round makes its resolver, as a run of a node does.
  private static func speed(_ expression: ExactString, in evaluator: any ExpressionEvaluator) async throws -> Double {
    let clock = ContinuousClock()
    var best = 0.0
    for round in 0..<rounds {
      // An execution of its own each time: contexts that served one are not kept.
      let scope = scope(of: count, execution: round)
      let begin = clock.now
      let resolver = try await evaluator.resolver(for: scope, inJavaScript: [expression])
      var found = 0
      for item in 0..<count where try resolver.resolve(expression.text, parameter: "value", item: item) != nil {
        found += 1
      }
      guard found == count else { throw BenchError(description: "\(expression) gave nothing for some items") }
      best = max(best, Double(count) / ((clock.now - begin) / .seconds(1)))
    }
    return best
  }

  private static func codeFigures(_ javaScript: SandboxEvaluator) async throws -> [Figure] {
    let thousand = try await times(100, scope(of: 1000), javaScript)
    let one = try await times(2000, scope(of: 1), javaScript)
    return [
      Figure("code over 1,000 items, p50", thousand.milliseconds(at: 0.5), "ms", against: "aim: 15 or less"),
      Figure("code over 1,000 items, p95", thousand.milliseconds(at: 0.95), "ms"),
      Figure("code over one item, warm, p50", one.milliseconds(at: 0.5) * 1000, "µs", against: "aim: 300 or less"),
      Figure("code over one item, warm, p99", one.milliseconds(at: 0.99) * 1000, "µs"),
    ]
  }

  private static func times(
    _ runs: Int, _ scope: ExpressionScope, _ javaScript: SandboxEvaluator
  ) async throws -> Percentiles {
    let clock = ContinuousClock()
    var times: [Duration] = []
    for _ in 0..<runs {
      let begin = clock.now
      try await run(scope, javaScript)
      times.append(clock.now - begin)
    }
    return Percentiles(times)
  }

  private static func run(_ scope: ExpressionScope, _ javaScript: SandboxEvaluator) async throws {
    let code = NodeCode(
      kind: .all, source: "return $input.all().map(i => ({ json: { ...i.json, double: i.json.amount * 2 } }))",
      continuesOnFail: false)
    guard try await javaScript.run(code, in: scope, console: NodeConsole()).count == scope.items.count else {
      throw BenchError(description: "the code gave another number of items")
    }
  }

  /// From the kill of an idle sandbox to the next answer, and what an idle one holds.
  private static func replacementFigures(_ javaScript: SandboxEvaluator) async throws -> [Figure] {
    let clock = ContinuousClock()
    let scope = scope(of: 1)
    var times: [Duration] = []
    var memory = 0.0
    for _ in 0..<rounds {
      try await run(scope, javaScript)
      // The other one stands by.
      guard let sandbox = children.min() else { throw BenchError(description: "no sandbox is to be seen in /proc") }
      memory = max(memory, residentMegabytes(of: sandbox))
      let begin = clock.now
      kill(sandbox, SIGKILL)
      try await run(scope, javaScript)
      times.append(clock.now - begin)
    }
    return [
      Figure(
        "a killed sandbox is replaced, longest", Percentiles(times).milliseconds(at: 1), "ms",
        against: "with the answer; aim: 100 or less"),
      Figure("resident memory of an idle sandbox", memory, "MB"),
    ]
  }

  /// The sandboxes of this process.
  private static var children: [Int32] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { process in
      // `pid (name) state parent …`; the kernel cuts names to 15 bytes.
      let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
      guard stat.contains("(jobsprint-sandb"), let rest = stat.split(separator: ")").last else { return false }
      return rest.split(separator: " ").dropFirst().first.flatMap { Int32($0) } == getpid()
    }
  }

  private static func residentMegabytes(of process: Int32) -> Double {
    let fields = (try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8))?.split(separator: " ")
    let pages = fields?.dropFirst().first.flatMap { Double($0) } ?? .nan
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  private static func scope(of count: Int, execution: Int = 0) -> ExpressionScope {
    let now = Timestamp(milliseconds: 1_800_000_000_000)
    let id = UUIDv7(at: now, randomHigh: 1, randomLow: UInt64(execution))
    let node = Node(name: "Code", type: "n8n-nodes-base.code", typeVersion: 2)
    var items = Array(NodeItems.customers.items.prefix(count))
    items.pair(withInput: 0)
    return ExpressionScope(
      workflow: Workflow(name: "Measured", nodes: [node], connections: Connections()),
      execution: ExecutionFacts(
        id: ExecutionID(id), mode: .manual, workflowID: WorkflowID(id), workflowIsActive: false),
      node: node, runIndex: 0, inputs: [items], sources: [nil], history: RunHistory(), now: now)
  }
}
