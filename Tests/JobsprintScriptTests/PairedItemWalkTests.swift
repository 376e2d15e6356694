import JobsprintDomain
import JobsprintPorts
import Testing

@testable import JobsprintScript

@Suite struct PairedItemWalkTests {
  private func item(_ value: Int, _ pairedItem: PairedItem?) -> Item {
    Item(json: ["v": .integer(Int64(value))], pairedItem: pairedItem)
  }

  /// A -> B -> Here, with B's items as given.
  private func scene(_ items: [Item]) -> Scene {
    var scene = Scene(.joined("Start -> A", "A -> B", "B -> Here", "Start -> Other", "Other -> B"))
    scene.history.run("Start", [item(0, nil)])
    scene.history.run("A", from: [RunSource(node: "Start")], [1, 2, 3].map { item($0, PairedItem(item: 0)) })
    scene.history.run("Other", from: [RunSource(node: "Start")], [item(9, PairedItem(item: 0))])
    scene.history.run("B", from: [RunSource(node: "A")], items)
    scene.items = items
    scene.sources = [RunSource(node: "B")]
    return scene
  }

  @Test func followsThePairs() async throws {
    let scene = scene([item(30, PairedItem(item: 2)), item(10, PairedItem(item: 0))])
    #expect(try await scene.evaluate("={{ $('A').item.json.v }}") == 3)
    #expect(try await scene.evaluate("={{ $('A').item.json.v }}", item: 1) == 1)
    #expect(try await scene.evaluate("={{ $('B').item.json.v }}", item: 1) == 10)
    #expect(try await scene.evaluate("={{ $('Start').item.json.v }}") == 0)
    #expect(try await scene.evaluate("={{ $('A').itemMatching(1).json.v }}") == 1)
    #expect(try await scene.evaluate("={{ $('A').pairedItem().json.v }}") == 3)
  }

  @Test func severalOriginsMayMeet() async throws {
    let both = PairedItem.many([.init(item: 0), .init(item: 1)])
    let scene = scene([item(0, both)])
    #expect(try await scene.evaluate("={{ $('Start').item.json.v }}") == 0)
    let error = try #require(try await scene.failure("={{ $('A').item.json.v }}"))
    #expect(error.type == "paired_item_multiple_matches")
    #expect(error.context["nodeCause"] == "A")
    #expect(error.context["functionality"] == "pairedItem")
  }

  @Test func missingAndInvalidPairs() async throws {
    let missing = try #require(try await scene([item(0, nil)]).failure("={{ $('A').item.json.v }}"))
    #expect(missing.type == "paired_item_no_info")
    #expect(missing.context["nodeCause"] == "B")
    for pair in [99, -1, .max, .min] {
      #expect(
        try await scene([item(0, PairedItem(item: pair))]).failure("={{ $('A').item.json.v }}")?.type
          == "paired_item_invalid_info")
    }
    #expect(
      try await scene([item(0, PairedItem(item: 0, input: 5))]).failure("={{ $('A').item }}")?.type
        == "paired_item_invalid_info")
    #expect(try await scene([item(0, .many([]))]).failure("={{ $('A').item }}")?.type == "paired_item_invalid_info")
  }

  @Test func oneGoodOriginIsEnough() async throws {
    let scene = scene([item(0, .many([.init(item: 99), .init(item: 1), .init(item: 0, input: 3)]))])
    #expect(try await scene.evaluate("={{ $('A').item.json.v }}") == 2)
  }

  @Test func anotherBranchIsToldFromNoBranch() async throws {
    let scene = scene([item(10, PairedItem(item: 0))])
    // Other leads to B as well, but this run of B was fed by A.
    #expect(try await scene.failure("={{ $('Other').item.json.v }}")?.type == "paired_item_intermediate_nodes")
    #expect(try await scene.failure("={{ $('Here').item.json.v }}")?.type == "paired_item_no_connection")
    var unexecuted = scene
    unexecuted.history = RunHistory()
    #expect(try await unexecuted.failure("={{ $('A').item.json.v }}")?.type == "no_node_execution_data")
  }

  @Test func anOriginsOwnSourceCounts() async throws {
    let elsewhere = PairedItem.one(.init(item: 0, source: RunSource(node: "Other")))
    #expect(try await scene([item(0, elsewhere)]).evaluate("={{ $('Other').item.json.v }}") == 9)
  }

  @Test func pairsThatRunInCirclesEnd() async throws {
    let itself = PairedItem.one(.init(item: 0, source: RunSource(node: "B")))
    #expect(try await scene([item(0, itself)]).failure("={{ $('A').item.json.v }}") != nil)
  }

  @Test func aLongHistoryIsNoDeepRecursion() async throws {
    var scene = Scene(.joined("A -> Loop", "Loop -> Loop", "Loop -> Here"))
    scene.history.run("A", [item(1, nil)])
    scene.history.run("Loop", from: [RunSource(node: "A")], [item(2, PairedItem(item: 0))])
    for run in 0..<20_000 {
      scene.history.run("Loop", from: [RunSource(node: "Loop", run: run)], [item(2, PairedItem(item: 0))])
    }
    scene.sources = [RunSource(node: "Loop", run: 20_000)]
    #expect(try await scene.evaluate("={{ $('A').item.json.v }}") == 1)
  }
}
