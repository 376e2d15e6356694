import JobsprintDomain
import Testing

@testable import JobsprintEngine

@Suite struct WorkflowGraphTests {
  private func names(_ places: [Int], _ graph: WorkflowGraph) -> [String] {
    places.map { graph.vertices[$0].node.name }
  }

  @Test func edgesAreKnownFromBothEndsInTheDocumentsOrder() throws {
    var flow = Flow()
    flow.add("A", "B", "C")
    flow.connect("A", "C")
    flow.connect("A", "B")
    flow.connect("B", output: 2, "C", input: 1)
    let graph = flow.graph
    #expect(graph.vertices[0].outputs == [[.init(target: 2, input: 0), .init(target: 1, input: 0)]])
    #expect(graph.vertices[1].outputs == [[], [], [.init(target: 2, input: 1)]])
    #expect(graph.vertices[2].inputs == [[.init(source: 0, output: 0)], [.init(source: 1, output: 2)]])
  }

  @Test func ofNodesWithOneNameTheLastCountsAtTheFirstPlace() {
    var flow = Flow()
    flow.add(Node(name: "A", type: "one"))
    flow.add("B")
    flow.add(Node(name: "A", type: "two"))
    let graph = flow.graph
    #expect(graph.vertices.map(\.node.type) == ["two", "test"])
    #expect(graph.place(of: "A") == 0 && graph.place(of: "B") == 1)
  }

  @Test func connectionsOfNodesThatDoNotExistAreLeftOut() {
    var flow = Flow()
    flow.add("A")
    flow.connect("A", "missing")
    flow.connect("missing", "A")
    #expect(flow.graph.vertices[0].outputs.joined().isEmpty)
    #expect(flow.graph.vertices[0].inputs.joined().isEmpty)
    #expect(flow.graph.place(of: "missing") == nil)
  }

  @Test func onlyMainConnectionsCarryItems() {
    var flow = Flow()
    flow.add("Model", "Agent")
    flow.connections.connect("Model", kind: "ai_languageModel", to: Connection(node: "Agent", type: "ai_languageModel"))
    flow.connections.connect("Model", to: Connection(node: "Agent", type: "ai_tool"))
    #expect(flow.graph.vertices[0].outputs.joined().isEmpty)
    #expect(flow.graph.vertices[1].inputs.isEmpty)
  }

  @Test func ancestorsAreFoundDepthFirstFromTheFirstInput() throws {
    var flow = Flow()
    flow.add("Root", "L1", "L2", "R", "End", "Beside")
    flow.chain("Root", "L1", "L2", "End")
    flow.connect("Root", "R")
    flow.connect("R", "End", input: 1)
    flow.connect("Root", "Beside")
    let graph = flow.graph
    let end = try #require(graph.place(of: "End"))
    #expect(names(graph.ancestors(of: end), graph) == ["L2", "L1", "Root", "R"])
    #expect(graph.ancestors(of: 0).isEmpty)
  }

  @Test func aNodeIsItsOwnAncestorOnlyInACycle() {
    var flow = Flow()
    flow.add("A", "B", "C")
    flow.chain("A", "B", "C", "B")
    let graph = flow.graph
    #expect(Set(names(graph.ancestors(of: 1), graph)) == ["A", "B", "C"])
    #expect(names(graph.ancestors(of: 0), graph).isEmpty)
  }

  @Test func namesThatOnlyLookAlikeAreTwoNodes() {
    var flow = Flow()
    flow.add("\u{E9}", "e\u{301}")
    flow.connect("\u{E9}", "e\u{301}")
    let graph = flow.graph
    #expect(graph.vertices.count == 2)
    #expect(graph.vertices[0].outputs.joined().map(\.target) == [1])
    #expect(graph.place(of: "e\u{301}") == 1)
  }

  @Test func aConnectionListedTwiceCountsOnce() {
    var flow = Flow()
    flow.add("A", "B")
    for _ in 0..<3 { flow.connect("A", "B") }
    flow.connect("A", "B", input: 1)
    let graph = flow.graph
    #expect(graph.vertices[0].outputs.map(\.count) == [2])
    #expect(graph.vertices[1].inputs.map(\.count) == [1, 1])
  }
}
