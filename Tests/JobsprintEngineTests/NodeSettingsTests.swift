import JobsprintDomain
import JobsprintEngine
import Testing

/// What the settings of a node change: how often it runs, what it sees, what becomes of its items.
@Suite struct NodeSettingsTests {
  private func flow(
    _ node: Node, input: [Item] = items(2), traits: NodeTraits = NodeTraits(), _ behaviour: Flow.Behaviour? = nil
  ) -> Flow {
    var flow = Flow()
    flow.input = input
    flow.add("Start")
    flow.add(node, traits: traits, behaviour)
    flow.add("Next", "Errors")
    flow.chain("Start", node.name, "Next")
    flow.connect(node.name, output: traits.outputCount, "Errors")
    return flow
  }

  private static let failure = NodeError("no")

  private static func fails(until attempt: Int) -> Flow.Behaviour {
    { $0.attempt < attempt ? .failed(failure) : .outputs([items(1)], state: nil) }
  }

  // MARK: Retries

  @Test(arguments: [(2, 2), (5, 5), (3, 3)])
  func aFailingNodeIsTriedSoManyTimes(maxTries: Int, tries: Int) {
    let retry = NodeRetry(maxTries: maxTries, waitBetweenTriesMilliseconds: 250)
    let trace = flow(Node(name: "A", type: "t", retry: retry)) { _ in .failed(Self.failure) }.play()
    #expect(trace.tasks == ["Start/0/1"] + (1...tries).map { "A/0/\($0)" })
    #expect(trace.waits == Array(repeating: .milliseconds(250), count: tries - 1))
    #expect(trace.state == .error)
    #expect(trace.error == Self.failure)
    #expect(trace.order == ["Start", "A"])
  }

  @Test func aTrySucceedsAndTheFailuresBeforeItLeaveNoTrace() {
    let trace = flow(Node(name: "A", type: "t", retry: NodeRetry()), Self.fails(until: 3)).play()
    #expect(trace.waits == [.seconds(1), .seconds(1)])
    #expect(trace.order == ["Start", "A", "Next"])
    #expect(trace.runs[1].error == nil)
    #expect(trace.state == .success)
  }

  @Test func withoutRetryThereIsOneTry() {
    let trace = flow(Node(name: "A", type: "t"), Self.fails(until: 2)).play()
    #expect(trace.tasks == ["Start/0/1", "A/0/1"])
    #expect(trace.state == .error)
  }

  @Test func aFailureToldInTheFirstItemIsTriedAgainAsWell() {
    let node = Node(name: "A", type: "t", onError: .continueRegularOutput, retry: NodeRetry(maxTries: 2))
    let trace = flow(node) { task in
      .outputs([[Item(json: task.attempt == 1 ? ["error": "no"] : ["fine": true])]], state: nil)
    }.play()
    #expect(trace.tasks == ["Start/0/1", "A/0/1", "A/0/2", "Next/0/1"])
    #expect(jsons(trace.outputs(of: "A")) == [[["fine": true]]])
  }

  @Test func everyRunHasItsTriesAnew() {
    var flow = Flow()
    flow.add("Start", "B")
    flow.add(Node(name: "A", type: "t", retry: NodeRetry()), Self.fails(until: 2))
    flow.chain("Start", "A")
    flow.chain("Start", "B", "A")
    #expect(flow.play().tasks.filter { $0.hasPrefix("A") } == ["A/0/1", "A/0/2", "A/1/1", "A/1/2"])
  }

  // MARK: On error

  @Test func aFailureStopsTheExecution() {
    let trace = flow(Node(name: "A", type: "t")) { _ in .failed(Self.failure) }.play()
    #expect(trace.order == ["Start", "A"])
    #expect(trace.runs.last?.outputs == [])
    #expect(trace.runs.last?.error == Self.failure)
    #expect(trace.state == .error && trace.error == Self.failure && trace.lastNode == "A")
  }

  @Test func whatStopsLeavesNothingElseToRun() {
    var flow = Flow(.v0)
    flow.add("Start", "B")
    flow.add("A") { _ in .failed(Self.failure) }
    flow.connect("Start", "A")
    flow.connect("Start", "B")
    #expect(flow.play().order == ["Start", "A"])
  }

  @Test func onRegularOutputTheInputGoesOn() {
    let trace = flow(Node(name: "A", type: "t", onError: .continueRegularOutput)) { _ in .failed(Self.failure) }.play()
    #expect(trace.order == ["Start", "A", "Next"])
    #expect(jsons(trace.outputs(of: "A")) == [[["n": 0], ["n": 1]]])
    #expect(trace.runs[1].error == Self.failure)
    #expect(trace.state == .success && trace.error == nil)
  }

  @Test func onErrorOutputAThrownFailurePassesTheInputToTheRegularOutput() {
    let node = Node(name: "A", type: "t", onError: .continueErrorOutput)
    let trace = flow(node, traits: NodeTraits(outputCount: 2)) { _ in .failed(Self.failure) }.play()
    #expect(jsons(trace.outputs(of: "A")) == [[["n": 0], ["n": 1]], [], []])
    #expect(trace.order == ["Start", "A", "Next"])
  }

  @Test func failedItemsGoToTheErrorOutputWithTheItemTheyWereMadeFrom() {
    let node = Node(name: "A", type: "t", onError: .continueErrorOutput)
    let trace = flow(node, input: items(6)) { _ in
      .outputs(
        [
          [
            Item(json: ["ok": 0], pairedItem: PairedItem(item: 0)),
            Item(json: ["error": "one"], pairedItem: PairedItem(item: 1)),
            Item(json: ["message": "m", "error": "two"], pairedItem: PairedItem(item: 2)),
            Item(json: ["error": "kept", "other": 1], pairedItem: PairedItem(item: 3)),
            Item(json: ["error": "kept", "message": "m", "other": 1], pairedItem: PairedItem(item: 3)),
            Item(json: ["x": 1], pairedItem: PairedItem(item: 4), error: ["message": "four"]),
            Item(json: ["error": "lost"], pairedItem: PairedItem(item: 99)),
          ]
        ], state: nil)
    }.play()
    #expect(
      jsons(trace.outputs(of: "A")) == [
        [["ok": 0], ["error": "kept", "other": 1], ["error": "kept", "message": "m", "other": 1]],
        [
          ["n": 1, "error": "one"], ["n": 2, "message": "m", "error": "two"], ["n": 4, "error": "four"],
          ["error": "lost"],
        ],
      ])
    #expect(trace.order == ["Start", "A", "Next", "Errors"])
  }

  @Test func withoutFailuresTheErrorOutputIsThereAndEmpty() {
    let trace = flow(Node(name: "A", type: "t", onError: .continueErrorOutput)).play()
    #expect(jsons(trace.outputs(of: "A")) == [[["n": 0], ["n": 1]], []])
    #expect(trace.order == ["Start", "A", "Next"])
  }

  @Test func anErrorBesideTheJSONBecomesTheJSON() {
    let trace = flow(Node(name: "A", type: "t", onError: .continueRegularOutput)) { _ in
      .outputs(
        [
          [
            Item(json: ["a": 1], error: "text"), Item(json: ["a": 1], error: ["message": "words", "code": 1]),
            Item(json: ["$error": ["message": "inner"], "$json": [:]]), Item(json: ["$error": "alone"]),
          ]
        ], state: nil)
    }.play()
    #expect(
      jsons(trace.outputs(of: "A")) == [
        [["error": "text"], ["error": "words"], ["error": "inner"], ["$error": "alone"]]
      ])
    #expect(trace.outputs(of: "A")?[0].allSatisfy { $0.error == nil } == true)
  }

  // MARK: Execute once

  @Test func anOnlyOnceNodeSeesTheFirstItemOfEachInput() {
    var flow = Flow()
    flow.input = items(3)
    flow.add("Start", "Other")
    flow.add(Node(name: "A", type: "t", executeOnce: true)) { task in .outputs([task.inputs.flatMap { $0 }], state: nil)
    }
    flow.connect("Start", "Other")
    flow.connect("Start", "A")
    flow.connect("Other", "A", input: 1)
    let trace = flow.play()
    #expect(jsons(trace.outputs(of: "A")) == [[["n": 0], ["n": 0]]])
    #expect(trace.outputs(of: "A")?[0].map(\.pairedItem) == [PairedItem(item: 0), PairedItem(item: 0, input: 1)])
    #expect(trace.outputs(of: "Other")?[0].count == 3)
  }

  // MARK: Always output data

  @Test(arguments: [true, false])
  func anEmptyOutputIsFilledWhereDataMustComeOut(isSet: Bool) {
    let node = Node(name: "A", type: "t", alwaysOutputData: isSet)
    let trace = flow(node) { _ in .outputs([[]], state: nil) }.play()
    let filled = Item(json: [:], pairedItem: .many([.init(item: 0), .init(item: 1)]))
    #expect(trace.outputs(of: "A") == (isSet ? [[filled]] : [[]]))
    #expect(trace.order == (isSet ? ["Start", "A", "Next"] : ["Start", "A"]))
  }

  @Test func onlyTheFirstOutputIsLookedAt() {
    let node = Node(name: "A", type: "t", alwaysOutputData: true)
    let traits = NodeTraits(outputCount: 2)
    let second = flow(node, traits: traits) { _ in .outputs([[], items(1)], state: nil) }.play()
    #expect(jsons(second.outputs(of: "A")) == [[[:]], [["n": 0]]])
    let first = flow(node, traits: traits) { _ in .outputs([items(1), []], state: nil) }.play()
    #expect(jsons(first.outputs(of: "A")) == [[["n": 0]], []])
    let none = flow(node) { _ in .outputs([], state: nil) }.play()
    #expect(jsons(none.outputs(of: "A")) == [[[:]]])
  }

  @Test func whereAllItemsFailedTheRegularOutputIsFilled() {
    let node = Node(name: "A", type: "t", onError: .continueErrorOutput, alwaysOutputData: true)
    let trace = flow(node, input: items(1)) { _ in .outputs([[Item(json: ["error": "no"])]], state: nil) }.play()
    #expect(jsons(trace.outputs(of: "A")) == [[[:]], [["n": 0, "error": "no"]]])
  }

  @Test func aBranchThatEndsIsEmptyToo() {
    let trace = flow(Node(name: "A", type: "t")) { _ in .ended }.play()
    #expect(trace.order == ["Start", "A"])
    #expect(trace.outputs(of: "A") == [])
    #expect(trace.state == .success)
  }

  // MARK: Switched off, pinned

  @Test func aNodeThatIsSwitchedOffHandsItsInputOn() {
    let trace = flow(Node(name: "A", type: "t", isDisabled: true, executeOnce: false)) { _ in .failed(Self.failure) }
      .play()
    #expect(trace.order == ["Start", "A", "Next"])
    #expect(jsons(trace.outputs(of: "A")) == [[["n": 0], ["n": 1]]])
    #expect(trace.runs[1].error == nil)
  }

  @Test func ofANodeThatIsSwitchedOffOnlyInputZeroGoesOn() {
    var flow = Flow()
    flow.add("Start") { _ in .outputs([items(1), items(2)], state: nil) }
    flow.add(Node(name: "Merge", type: "t", isDisabled: true))
    flow.connect("Start", output: 1, "Merge", input: 0)
    flow.connect("Start", output: 0, "Merge", input: 1)
    #expect(jsons(flow.play().outputs(of: "Merge")) == [[["n": 0], ["n": 1]]])
  }

  @Test func withoutInputZeroNothingGoesOn() {
    var flow = Flow()
    flow.add("Start") { _ in .outputs([[], items(1)], state: nil) }
    flow.add(Node(name: "Merge", type: "t", isDisabled: true))
    flow.add("Next")
    flow.connect("Start", output: 0, "Merge", input: 0)
    flow.connect("Start", output: 1, "Merge", input: 1)
    flow.connect("Merge", "Next")
    let trace = flow.play()
    #expect(trace.order == ["Start", "Merge"] && trace.state == .success)
    #expect(trace.outputs(of: "Merge") == [])
  }

  @Test func aPinnedNodeThatHasNotRunIsSeenWithWhatItIsPinnedTo() {
    let graph = WorkflowGraph(
      Workflow(
        name: "W", nodes: ["Start", "Pinned", "Off"].map { Node(name: $0, type: "t", isDisabled: $0 == "Off") },
        connections: Connections())
    ) { _ in NodeTraits() }
    let machine = ExecutionStateMachine(
      graph, start: 0, items: items(1), pinned: ["Pinned": items(2), "Off": items(3)])
    let seen = machine.visibleHistory
    #expect(jsons(seen.run(of: "Pinned")?.outputs) == jsons([items(2)]))
    #expect(seen.run(of: "Off") == nil)
    #expect(machine.history.run(of: "Pinned") == nil)
  }

  /// Loops whose body is switched off or pinned go round as often as others.
  @Test(arguments: [WorkflowSettings.ExecutionOrder.v0, .v1], ["off", "pinned"])
  func aLoopGoesThroughWhatDoesNotRun(order: WorkflowSettings.ExecutionOrder, how: String) {
    var flow = Flow(order)
    flow.add("Start")
    flow.add("Loop") { task in .outputs(task.run < 2 ? [[], items(1)] : [items(1), []], state: nil) }
    flow.add(Node(name: "Body", type: "t", isDisabled: how == "off")) { _ in .failed(Self.failure) }
    flow.add("End")
    flow.chain("Start", "Loop")
    flow.connect("Loop", output: 0, "End")
    flow.connect("Loop", output: 1, "Body")
    flow.connect("Body", "Loop")
    if how == "pinned" { flow.pinned = ["Body": items(1)] }
    let trace = flow.play(limit: 100)
    #expect(trace.order == ["Start", "Loop", "Body", "Loop", "Body", "Loop", "End"])
    #expect(trace.state == .success)
  }

  /// Order v0 follows empty outputs into inputs behind the first.
  @Test func whatDoesNotRunIsNotGoneRoundWithoutItems() {
    var off = Flow(.v0)
    off.add("Start") { _ in .outputs([[]], state: nil) }
    for name in ["A", "B"] { off.add(Node(name: name, type: "t", isDisabled: true)) }
    off.connect("Start", "A", input: 1)
    off.connect("A", "B", input: 1)
    off.connect("B", "A", input: 2)
    #expect(off.play(limit: 100).state == .success)
    var pinned = Flow(.v0)
    pinned.add("Pinned")
    pinned.add("Drop") { _ in .outputs([[]], state: nil) }
    pinned.connect("Pinned", "Drop")
    pinned.connect("Drop", "Pinned", input: 1)
    pinned.pinned = ["Pinned": items(1)]
    let trace = pinned.play(limit: 100)
    #expect(trace.order == ["Pinned", "Drop"] && trace.state == .success)
  }

  @Test func aPinnedNodePutsItsPinOutInEveryRun() {
    var flow = Flow()
    flow.add("Start", "B")
    flow.add("A") { _ in .failed(Self.failure) }
    flow.chain("Start", "A")
    flow.chain("Start", "B", "A")
    let pin = [Item(json: ["pinned": true], pairedItem: PairedItem(item: 5))]
    flow.pinned = ["A": pin, "missing": items(1)]
    let trace = flow.play()
    #expect(trace.state == .success)
    #expect(trace.outputs(of: "A", run: 0) == [pin])
    #expect(trace.outputs(of: "A", run: 1) == [pin])
  }

  @Test func aPinIsPutOutAsItIsWhateverTheSettings() {
    var flow = flow(Node(name: "A", type: "t", onError: .continueErrorOutput, alwaysOutputData: true))
    for pin in [[Item(json: ["error": "a word of the user's"])], []] {
      flow.pinned = ["A": pin]
      #expect(flow.play().outputs(of: "A") == [pin])
    }
  }

  @Test func aPinOfNoItemsEndsTheBranch() {
    var flow = flow(Node(name: "A", type: "t"))
    flow.pinned = ["A": []]
    let trace = flow.play()
    #expect(trace.order == ["Start", "A"])
    #expect(trace.outputs(of: "A") == [[]])
  }

  @Test func beingSwitchedOffOutweighsAPin() {
    var flow = flow(Node(name: "A", type: "t", isDisabled: true))
    flow.pinned = ["A": [Item(json: ["pinned": true])]]
    #expect(jsons(flow.play().outputs(of: "A")) == [[["n": 0], ["n": 1]]])
  }

  @Test func whatIsKnownBeforehandIsNeverTriedAgain() {
    var flow = flow(Node(name: "A", type: "t", retry: NodeRetry()))
    flow.pinned = ["A": [Item(json: ["error": "a word of the user's"])]]
    let trace = flow.play()
    #expect(trace.waits.isEmpty)
    #expect(trace.order == ["Start", "A", "Next"])
  }
}
