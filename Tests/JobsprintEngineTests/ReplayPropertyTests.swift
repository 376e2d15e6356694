import JobsprintDomain
import JobsprintEngine
import JobsprintTesting
import Testing

/// A crash may come behind any entry of the journal. Whatever the workflow, the rest must be what it would have been.
@Suite struct ReplayPropertyTests {
  @Test(arguments: 0..<16 as Range<UInt64>)
  func afterEachPrefixOfTheJournalTheRestIsTheSame(block: UInt64) throws {
    for seed in block * 25..<(block + 1) * 25 {
      let flow = RandomFlow(seed: seed).flow
      let whole = flow.play(limit: 40)
      for count in 0...whole.entries.count {
        var machine = flow.machine
        for entry in Self.asStored(whole.entries.prefix(count)) { try machine.replay(entry) }
        let done = whole.entries.prefix(count).count { $0.kind == .finished }
        try #require(machine.history.runs.values.joined().count == done)
        let rest = flow.play(&machine, limit: 40)
        try expectTail(rest, of: whole, done: done, entries: count, seed: seed)
      }
    }
  }

  /// In the order in which stores give entries: by position, then kind, then attempt; what is noted again for the same
  /// attempt replaces the earlier note.
  private static func asStored(_ entries: some Sequence<JournalEntry>) -> [JournalEntry] {
    var stored: [JournalEntry] = []
    for entry in entries {
      stored.removeAll { ($0.position, $0.kind, $0.attempt) == (entry.position, entry.kind, entry.attempt) }
      stored.append(entry)
    }
    let order: [JournalEntry.Kind] = [.started, .suspended, .finished]
    func place(_ entry: JournalEntry) -> (Int, Int, Int) {
      (entry.position, order.firstIndex(of: entry.kind) ?? 0, entry.attempt)
    }
    return stored.sorted { place($0) < place($1) }
  }

  /// An execution that was cut off has no end to compare; all it did must still be equal as far as both go.
  private func expectTail(_ rest: Trace, of whole: Trace, done: Int, entries: Int, seed: UInt64) throws {
    let place: Comment = "seed \(seed), after \(entries) entries"
    if whole.state != nil {
      try #require(rest.runs == Array(whole.runs.dropFirst(done)), place)
      try #require(rest.state == whole.state && rest.error == whole.error && rest.lastNode == whole.lastNode, place)
      let expected = whole.entries.dropFirst(entries).filter { $0.kind != .started }
      try #require(rest.entries.filter { $0.kind != .started } == expected, place)
    } else {
      for (run, expected) in zip(rest.runs, whole.runs.dropFirst(done)) { try #require(run == expected, place) }
    }
  }

  @Test func theSameFlowPlaysTheSameTwice() {
    for seed in 0..<100 as Range<UInt64> {
      #expect(RandomFlow(seed: seed).flow.play(limit: 40) == RandomFlow(seed: seed).flow.play(limit: 40))
    }
  }

  /// Guards the generator: if its flows become trivial, the test above proves nothing.
  @Test func theFlowsAreNotTrivial() {
    let traces = (0..<400 as Range<UInt64>).map { RandomFlow(seed: $0).flow.play(limit: 40) }
    #expect(traces.count { $0.runs.count >= 4 } > 120)
    #expect(traces.contains { $0.state == .error } && traces.contains { $0.state == nil })
    #expect(traces.count { $0.runs.contains { $0.run > 0 } } > 20)
    #expect(traces.count { $0.runs.contains { $0.sources.count > 1 } } > 20)
    for kind in [JournalEntry.Kind.started, .suspended] {
      #expect(traces.count { $0.entries.contains { $0.kind == kind } } > 20)
    }
    #expect(traces.count { !$0.waits.isEmpty } > 20)
    #expect(traces.count { $0.pauses.contains { $0.error != nil } } > 20)
    #expect(traces.contains { $0.deadLetter == .attemptsExhausted })
  }
}

/// A small random workflow with every setting that scheduling looks at; what its nodes do depends on the seed only.
private struct RandomFlow {
  let flow: Flow

  init(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var flow = Flow(generator.chance(50) ? .v0 : .v1)
    flow.input = items(Int.random(in: 1...3, using: &generator))
    let count = Int.random(in: 3...8, using: &generator)
    for place in 0..<count {
      let traits = Self.traits(&generator)
      flow.add(Self.node("N\(place)", &generator), traits: traits, Self.behaviour(seed: seed, place: place))
      if generator.chance(6) { flow.pinned["N\(place)"] = items(Int.random(in: 0...2, using: &generator)) }
    }
    // Every node can be reached; further edges lead anywhere, also back.
    for target in 1..<count { Self.connect(&flow, Int.random(in: 0..<target, using: &generator), target, &generator) }
    for _ in 0..<Int.random(in: 0...4, using: &generator) {
      let source = Int.random(in: 0..<count, using: &generator)
      let target = generator.chance(25) ? source : Int.random(in: 1..<count, using: &generator)
      Self.connect(&flow, source, target, &generator)
    }
    if generator.chance(15) { flow.destination = "N\(Int.random(in: 0..<count, using: &generator))" }
    if generator.chance(85) { flow.retryPolicy = RetryPolicy(attempts: Int.random(in: 1...4, using: &generator)) }
    self.flow = flow
  }

  private static func connect(_ flow: inout Flow, _ source: Int, _ target: Int, _ generator: inout SeededGenerator) {
    flow.connect(
      "N\(source)", output: generator.chance(25) ? 1 : 0, "N\(target)", input: generator.chance(30) ? 1 : 0)
  }

  private static func traits(_ generator: inout SeededGenerator) -> NodeTraits {
    let required: [NodeTraits.RequiredInputs] = [.any, .any, .atLeast(2), .indexes([1])]
    return NodeTraits(
      requiredInputs: required[Int.random(in: required.indices, using: &generator)],
      outputCount: Int.random(in: 1...2, using: &generator), hasOutsideEffect: generator.chance(30))
  }

  private static func node(_ name: String, _ generator: inout SeededGenerator) -> Node {
    let modes: [OnError] = [.stopWorkflow, .stopWorkflow, .continueRegularOutput, .continueErrorOutput]
    return Node(
      name: name, type: "random",
      position: .init(
        x: Double(Int.random(in: 0...3, using: &generator)), y: Double(Int.random(in: 0...3, using: &generator))),
      isDisabled: generator.chance(8), onError: modes[Int.random(in: modes.indices, using: &generator)],
      retry: generator.chance(30) ? NodeRetry(maxTries: Int.random(in: 2...3, using: &generator)) : nil,
      executeOnce: generator.chance(10), alwaysOutputData: generator.chance(10))
  }

  private static func behaviour(seed: UInt64, place: Int) -> Flow.Behaviour {
    { task in
      var generator = SeededGenerator(
        seed: seed &* 1_000_003 &+ UInt64(place * 10_000 + task.run * 100 + task.attempt * 2 + (task.isResumed ? 1 : 0))
      )
      // A wait behind a failed try is left out: `aSuspendedEntryTellsTheAttemptToo` is about that.
      if !task.isResumed, task.attempt == 1, generator.chance(8) { return .wait(until: Timestamp(milliseconds: 7)) }
      if generator.chance(task.node.retry == nil ? 6 : 35) { return .failed(NodeError("no", item: task.run)) }
      if generator.chance(4) { return .ended }
      let outputs = (0..<task.traits.outputCount).map { _ -> [Item] in
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in item(task, &generator) }
      }
      return .outputs(outputs, state: generator.chance(30) ? ["run": .integer(Int64(task.run))] : nil)
    }
  }

  private static func item(_ task: NodeTask, _ generator: inout SeededGenerator) -> Item {
    // The input shows in the output, so that a difference anywhere is seen at the end.
    let json: JSONObject =
      generator.chance(8)
      ? ["error": "no"]
      : [
        "by": .string(task.node.name), "r": .integer(Int64(generator.next() >> 40)),
        "seen": .integer(Int64(task.inputs.joined().count)),
      ]
    return Item(json: json, pairedItem: generator.chance(20) ? PairedItem(item: 0, input: task.mainInput) : nil)
  }
}
