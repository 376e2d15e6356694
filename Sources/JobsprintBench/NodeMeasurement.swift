import Foundation
import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import JobsprintScript

/// Each data node over 10,000 items, beside a plain script of Node.js in the same run.
///
/// Both begin as a node's run begins in n8n: every item that comes in is paired with its place in the input. The items
/// come as a node that works item by item leaves them, already paired so: the engine sees it and copies none, while the
/// script makes each anew. Both end when the result is there; giving its memory back is in neither figure (the best
/// round of Node.js has no collection).
///
/// Both get the same time for their rounds, enough for the script to be compiled: the best of 15 rounds was up to 2.5
/// times slower there, and either side could fall into a slow moment of the machine.
enum NodeMeasurement {
  private static let rounds = 15
  /// Rounds are made for this long, in each case and on each side.
  private static let leastMilliseconds = 300

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    let library = NodeLibrary(BuiltInNodes.all())
    let beside = try scriptTimes(context)
    var figures: [Figure] = []
    for nodeCase in NodeCase.all {
      let best = try await milliseconds(of: nodeCase, in: library)
      let speed = Double(NodeCase.count) / best * 1000
      let script = beside[nodeCase.name].map { Double(NodeCase.count) / $0 * 1000 }
      let absent = nodeCase.script == nil ? "Node.js has no parser for it" : "no Node.js here"
      figures.append(
        Figure(
          nodeCase.name, speed, "items/s", against: script.map { "Node.js: \(Report.text(of: $0))" } ?? absent))
    }
    return figures
  }

  /// Of the best round.
  private static func milliseconds(of nodeCase: NodeCase, in library: NodeLibrary) async throws -> Double {
    guard let type = library[nodeCase.type] else {
      throw BenchError(description: "there is no node type \(nodeCase.type)")
    }
    let node = Node(
      name: "Measured", type: nodeCase.type, typeVersion: nodeCase.version, parameters: nodeCase.parameters)
    var inputs = nodeCase.sources.map(\.items)
    for input in inputs.indices { inputs[input].pair(withInput: input) }
    let given = inputs
    let now = Timestamp(milliseconds: 1_800_000_000_000)
    let execution = UUIDv7(at: now, randomHigh: 1, randomLow: 1)
    let workflow = Workflow(name: "Measured", nodes: [node], connections: Connections())
    let facts = ExecutionFacts(
      id: ExecutionID(execution), mode: .manual, workflowID: WorkflowID(execution), workflowIsActive: false)
    let evaluator = NativeExpressionEvaluator()
    let clock = ContinuousClock()
    var best = Double.infinity
    let start = clock.now
    var round = 0
    while round < rounds || clock.now - start < .milliseconds(leastMilliseconds) {
      round += 1
      let begin = clock.now
      var paired = given
      for input in paired.indices { paired[input].pair(withInput: input) }
      let scope = ExpressionScope(
        workflow: workflow, execution: facts, node: node, runIndex: 0, inputs: paired,
        sources: given.map { _ in nil }, history: RunHistory(), now: now)
      let resolver = try await evaluator.resolver(for: scope, inJavaScript: [])
      let result = try await type.run(
        NodeContext(scope: scope, resolver: resolver, clock: StandingClock(now: now), secrets: nodeCase.secrets))
      best = min(best, (clock.now - begin) / .milliseconds(1))
      withExtendedLifetime((result, scope)) {}
    }
    return best
  }

  private struct StandingClock: WallClock {
    let now: Timestamp

    func sleep(until deadline: Timestamp) async throws {}
  }

  /// Milliseconds of the best round by name; empty where there is no Node.js.
  private static func scriptTimes(_ context: BenchContext) throws -> [String: Double] {
    let functions = NodeCase.all.compactMap { nodeCase in
      nodeCase.script.map { script in
        let sources = JSONValue.array(nodeCase.sources.map { .string($0.rawValue) }).jsonText
        return "[\(JSONValue.string(nodeCase.name).jsonText)]: [\(sources), (items, items2) => { \(script) }]"
      }
    }
    let script = """
      const fs = require('fs');
      const read = name => JSON.parse(fs.readFileSync(`${process.argv[2]}/${name}.json`, 'utf8'));
      const pair = (items, input) => items.map(({json}, item) => ({json, pairedItem: {item, input}}));
      const pairFiles = (items, input) => items.map(({json, binary}, item) =>
        ({json, binary, pairedItem: {item, input}}));
      const cases = { \(functions.joined(separator: ",\n")) };
      const times = {};
      for (const [name, [sources, run]] of Object.entries(cases)) { times[name] = Infinity;
        const given = sources.map(read), made = given[0][0].binary ? pairFiles : pair, inputs = given.map(made);
        const start = process.hrtime.bigint(), end = start + \(leastMilliseconds)_000_000n;
        for (let round = 0; round < \(rounds) || process.hrtime.bigint() < end; round++) {
          const begin = process.hrtime.bigint();
          run(...inputs.map(made));
          times[name] = Math.min(times[name], Number(process.hrtime.bigint() - begin) / 1e6) } }
      console.log(JSON.stringify(times));
      """
    let file = context.folder.appending(path: "script.js")
    try Data(script.utf8).write(to: file)
    for source in NodeItems.allCases {
      let items = JSONValue.array(source.items.map(\.asJSON))
      try Data(items.jsonBytes).write(to: context.folder.appending(path: "\(source.rawValue).json"))
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["node", file.path, context.folder.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return [:] }
    let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    let times = (try? JSONValue(parsing: bytes))?.objectValue ?? [:]
    return Dictionary(
      uniqueKeysWithValues: times.compactMap { entry in entry.value.doubleValue.map { (entry.key, $0) } })
  }
}

/// `jobsprint run` of a small workflow, from the start of the process to its end.
enum RunMeasurement {
  private static let runs = 30

  static func figures(_ context: BenchContext) throws -> [Figure] {
    let file = context.folder.appending(path: "workflow.json")
    try Data(JSONValue.object(E3.document).jsonBytes).write(to: file)
    let clock = ContinuousClock()
    var times: [Duration] = []
    for number in 0..<runs {
      let process = Process()
      process.executableURL = URL(filePath: context.executable)
      process.arguments = [
        "run", file.path, "--quiet", "--input", String(decoding: E3.body(number: number), as: UTF8.self),
      ]
      process.standardOutput = FileHandle.nullDevice
      let begin = clock.now
      try process.run()
      process.waitUntilExit()
      times.append(clock.now - begin)
      guard process.terminationStatus == 0 else { throw BenchError(description: "jobsprint run ended with an error") }
    }
    return Percentiles(times).figures("jobsprint run, start to exit", aims: [0.5: "aim: 50"])
  }
}
