import JobsprintDomain
import JobsprintEngine
import Testing

/// Which node comes next, in both orders.
@Suite struct OrderTests {
  /// Start to A, B, C (drawn in another order than they are connected), each with a node behind it.
  private func fan(_ order: WorkflowSettings.ExecutionOrder) -> Flow {
    var flow = Flow(order)
    flow.add("Start")
    for (name, x, y) in [("A", 0.0, 200.0), ("B", 100, 0), ("C", 0, 0)] {
      flow.add(Node(name: name, type: "test", position: .init(x: x, y: y)))
      flow.add(name + "2")
      flow.chain("Start", name, name + "2")
    }
    return flow
  }

  @Test func v1GoesDepthFirstTopmostThenLeftmost() {
    #expect(fan(.v1).play().order == ["Start", "C", "C2", "B", "B2", "A", "A2"])
  }

  @Test func v0GoesBreadthFirstInTheOrderOfConnections() {
    #expect(fan(.v0).play().order == ["Start", "A", "B", "C", "A2", "B2", "C2"])
  }

  @Test func whereTwoNodesLieOnOneSpotTheConnectionsDecide() {
    var flow = Flow()
    flow.add("Start", "B", "A")
    flow.connect("Start", "A")
    flow.connect("Start", "B")
    #expect(flow.play().order == ["Start", "A", "B"])
  }

  @Test(arguments: [WorkflowSettings.ExecutionOrder.v0, .v1])
  func anEmptyOutputEndsItsBranch(order: WorkflowSettings.ExecutionOrder) {
    var flow = Flow(order)
    flow.add("Start") { _ in .outputs([[], items(1)], state: nil) }
    flow.add("Empty", "Full")
    flow.connect("Start", output: 0, "Empty")
    flow.connect("Start", output: 1, "Full")
    let trace = flow.play()
    #expect(trace.order == ["Start", "Full"])
    #expect(trace.state == .success)
  }

  @Test(arguments: [WorkflowSettings.ExecutionOrder.v0, .v1])
  func aNodeWithTwoConnectionsToOneInputRunsTwice(order: WorkflowSettings.ExecutionOrder) {
    var flow = Flow(order)
    flow.add("Start", "A", "B", "End")
    flow.chain("Start", "A", "End")
    flow.chain("Start", "B", "End")
    let runs = flow.play().runs.filter { $0.node == "End" }
    #expect(runs.map(\.run) == [0, 1])
    #expect(runs.map { $0.sources.first??.node } == ["A", "B"])
  }

  @Test(arguments: [WorkflowSettings.ExecutionOrder.v0, .v1])
  func aNodeOfTwoInputsWaitsForBoth(order: WorkflowSettings.ExecutionOrder) {
    var flow = Flow(order)
    flow.add("Start", "A", "B", "Merge")
    flow.chain("Start", "A", "Merge")
    flow.chain("Start", "B")
    flow.connect("B", "Merge", input: 1)
    let trace = flow.play()
    #expect(trace.order == ["Start", "A", "B", "Merge"])
    #expect(trace.runs.last?.sources == [RunSource(node: "A"), RunSource(node: "B")])
  }

  /// Start feeds input 0; input 1 never comes.
  private func halfMerge(_ required: NodeTraits.RequiredInputs, order: WorkflowSettings.ExecutionOrder = .v1) -> Flow {
    var flow = Flow(order)
    flow.add("Start") { _ in .outputs([items(1), []], state: nil) }
    flow.add("Never")
    flow.add(Node(name: "Merge", type: "test"), traits: NodeTraits(requiredInputs: required))
    flow.connect("Start", "Merge")
    flow.connect("Start", output: 1, "Never")
    flow.connect("Never", "Merge", input: 1)
    return flow
  }

  @Test(arguments: [
    (NodeTraits.RequiredInputs.any, true), (.atLeast(1), true), (.atLeast(2), false), (.indexes([0]), true),
    (.indexes([1]), false), (.indexes([0, 1]), false), (.indexes([]), true), (.indexes([7]), false),
  ])
  func aWaitingNodeRunsWithoutTheRestWhenItHasWhatItRequires(required: NodeTraits.RequiredInputs, runs: Bool) {
    let trace = halfMerge(required).play()
    #expect(trace.order == (runs ? ["Start", "Merge"] : ["Start"]))
    #expect(trace.state == .success)
    if runs { #expect(trace.runs.last?.sources == [RunSource(node: "Start"), nil]) }
  }

  @Test func v0ForcesTheSourceThatWouldNeverRun() {
    #expect(halfMerge(.atLeast(2), order: .v0).play().order.contains("Never"))
  }

  @Test func v0ForcesASourceOnceThoughTwoNodesWaitForIt() {
    var flow = Flow(.v0)
    flow.add("Start", "Root", "One", "Two")
    for waiting in ["One", "Two"] {
      flow.connect("Start", waiting)
      flow.connect("Root", waiting, input: 1)
    }
    let trace = flow.play()
    #expect(trace.order == ["Start", "Root", "One", "Two"])
    #expect(jsons(trace.outputs(of: "Root")) == [[[:]]])
  }

  @Test(arguments: [WorkflowSettings.ExecutionOrder.v0, .v1])
  func onlyV0FollowsAnEmptyOutputIntoALaterInput(order: WorkflowSettings.ExecutionOrder) {
    var flow = Flow(order)
    flow.add("Start") { _ in .outputs([items(1), []], state: nil) }
    flow.add("Merge")
    flow.connect("Start", "Merge")
    flow.connect("Start", output: 1, "Merge", input: 1)
    let trace = flow.play()
    #expect(trace.order == ["Start", "Merge"])
    #expect(
      trace.runs.last?.sources == [RunSource(node: "Start"), order == .v0 ? RunSource(node: "Start", output: 1) : nil])
  }

  @Test func aWaitingNodeThatGotNoItemsIsDroppedEvenIfItIsPinned() {
    var flow = Flow(.v0)
    flow.add("Start") { _ in .outputs([[], []], state: nil) }
    flow.add("Never", "Merge")
    flow.connect("Start", output: 1, "Merge", input: 1)
    flow.connect("Start", output: 1, "Never")
    flow.connect("Never", "Merge")
    flow.pinned = ["Merge": items(1)]
    #expect(flow.play().order == ["Start"])
  }

  @Test func v1TakesTheFirstInputThatHasItems() throws {
    var flow = Flow(.v1)
    flow.add("Start") { _ in .outputs([[], items(2)], state: nil) }
    flow.add("Merge", "Other")
    flow.connect("Start", output: 0, "Other")
    flow.connect("Other", "Merge")
    flow.connect("Start", output: 1, "Merge", input: 1)
    let trace = flow.play()
    #expect(trace.order == ["Start", "Merge"])
    #expect(jsons(trace.outputs(of: "Merge")) == [[["n": 0], ["n": 1]]])
  }

  @Test func itemsGoToTheFirstWaitingRunThatLacksThem() {
    var flow = Flow(.v0)
    flow.add("Start", "A", "B", "C", "Merge")
    for source in ["A", "B"] { flow.chain("Start", source, "Merge") }
    flow.connect("Start", "C")
    flow.connect("C", "Merge", input: 1)
    let runs = flow.play().runs.filter { $0.node == "Merge" }
    #expect(runs.map(\.sources) == [[RunSource(node: "A"), RunSource(node: "C")], [RunSource(node: "B"), nil]])
  }

  @Test func waitingNodesAreTriedFromTheTopOfTheFlow() {
    // Both wait for something that never comes; Second also waits for First.
    var flow = Flow(.v1)
    flow.add("Start") { _ in .outputs([items(1), []], state: nil) }
    flow.add("Never", "Second", "First")
    flow.connect("Start", "First", input: 0)
    // Put in front of the one before, so that it is the first to wait.
    flow.connect("Start", "Second", input: 1)
    flow.connect("First", "Second", input: 0)
    flow.connect("Start", output: 1, "Never")
    flow.connect("Never", "First", input: 1)
    let trace = flow.play()
    #expect(trace.order == ["Start", "First", "Second"])
    #expect(trace.runs.last?.sources == [RunSource(node: "First"), RunSource(node: "Start")])
  }

  // MARK: Loops

  /// Hands out one of three items in each run, then all of them on output 1: the shape of a loop over batches.
  private func loop(_ order: WorkflowSettings.ExecutionOrder) -> Flow {
    var flow = Flow(order)
    flow.input = items(3)
    flow.add("Start")
    flow.add("Loop") { task in
      task.run < 3
        ? .outputs([[items(3)[task.run]], []], state: ["at": .integer(Int64(task.run))])
        : .outputs([[], items(3)], state: nil)
    }
    flow.add("Body", "Done")
    flow.chain("Start", "Loop", "Body", "Loop")
    flow.connect("Loop", output: 1, "Done")
    return flow
  }

  @Test(arguments: [WorkflowSettings.ExecutionOrder.v0, .v1])
  func aLoopEndsWhenItsOutputStaysEmpty(order: WorkflowSettings.ExecutionOrder) {
    let trace = loop(order).play()
    #expect(trace.order == ["Start", "Loop", "Body", "Loop", "Body", "Loop", "Body", "Loop", "Done"])
    #expect(trace.state == .success)
    #expect(jsons(trace.outputs(of: "Body", run: 2)) == [[["n": 2]]])
  }

  @Test func whatANodeRemembersStaysUntilItSaysOtherwise() {
    let states = loop(.v1).play().runs.filter { $0.node == "Loop" }.map(\.state)
    #expect(states == [["at": 0], ["at": 1], ["at": 2], ["at": 2]])
  }

  // MARK: Up to a node

  @Test func upToANodeOnlyItAndWhatLeadsToItRuns() {
    var flow = Flow()
    flow.add("Start", "A", "B", "C", "Beside")
    flow.chain("Start", "A", "B", "C")
    flow.connect("A", "Beside")
    flow.destination = "B"
    let trace = flow.play()
    #expect(trace.order == ["Start", "A", "B"])
    #expect(trace.state == .success)
    #expect(trace.lastNode == "B")
  }

  @Test func upToANodeInALoopItRunsOnce() {
    var flow = loop(.v1)
    flow.destination = "Body"
    #expect(flow.play().order == ["Start", "Loop", "Body"])
  }

  @Test func upToANodeThatCantBeReachedNothingRuns() {
    var flow = Flow()
    flow.add("Start", "Alone")
    flow.destination = "Alone"
    let trace = flow.play()
    #expect(trace.runs.isEmpty)
    #expect(trace.state == .success)
  }
}
