import JobsprintDomain
import JobsprintPorts
import Testing

@testable import JobsprintScript

/// `$('X')` and `$node["X"]`.
@Suite struct OtherNodesTests {
  private func items(_ values: Int...) -> [Item] { values.map { Item(json: ["v": .integer(Int64($0))]) } }

  private var scene: Scene {
    var scene = Scene(
      .joined(
        "Start -> If", "If/1 -> Middle", "Middle -> Here", "Here -> After", "Start -> Aside",
        parameters: ["If": ["p": "={{ 1 + 1 }}"]]))
    scene.history.run("Start", items(0))
    scene.history.run("If", from: [RunSource(node: "Start")], items(9), items(1, 2, 3))
    scene.history.run("If", from: [RunSource(node: "Start")], [], items(4, 5), state: ["noItemsLeft": true])
    scene.history.run("Middle", from: [RunSource(node: "If", output: 1, run: 1)], items(7, 8))
    scene.history.run("Aside", from: [RunSource(node: "Start")], items(6))
    scene.items = items(7, 8)
    scene.sources = [RunSource(node: "Middle")]
    return scene
  }

  @Test func firstLastAndAll() async throws {
    let cases: [(String, JSONValue?)] = [
      ("$('If').first().json.v", 4), ("$('If').last().json.v", 5), ("$('If').all().length", 2),
      ("$('If').all()[1].json.v", 5),
      ("$('If').first(0, 0).json.v", 9), ("$('If').last(1, 0).json.v", 3), ("$('If').all(undefined, 0).length", 3),
      ("$('If').first(0)", nil),
      ("$('Aside').first().json.v", 6), ("$(`I${'f'}`).first().json.v", 4), ("$('If').isExecuted", true),
      ("$('After').isExecuted", false),
      ("$('If').params.p", "={{ 1 + 1 }}"), ("$('If').context.noItemsLeft", true), ("$items('If', 1, 0)[2].json.v", 3),
      ("$items('If')", []),
      ("$('If').first(0)?.json.v", nil), ("$('If').first(0).json", nil),
    ]
    for (expression, expected) in cases {
      #expect(try await scene.evaluate("={{ \(expression) }}") == expected, "\(expression)")
    }
  }

  @Test func theOlderForm() async throws {
    let cases: [(String, JSONValue?)] = [
      ("$node[\"If\"].json.v", 5), ("$node.If.json.v", 5), ("$node['If'].json['v']", 5),
      ("$node['If'].context['noItemsLeft']", true),
      ("$node['If'].runIndex", 1), ("$node['If'].parameter.p", 2), ("$node['If'].binary", [:]),
      ("$node['Middle'].data.v", 8),
    ]
    for (expression, expected) in cases {
      #expect(try await scene.evaluate("={{ \(expression) }}", item: 1) == expected, "\(expression)")
    }
    #expect(
      try await scene.failure("={{ $node['Start'].json.v }}", item: 1)?.message == "No data found for item-index: \"1\""
    )
  }

  @Test func whatIsNotThere() async throws {
    let cases: [(String, String)] = [
      ("$('Nobody').item", "node_not_found"), ("$('Nobody').isExecuted", "node_not_found"),
      ("$node['Nobody'].json", "node_not_found"),
      ("$('After').first()", "no_node_execution_data"), ("$node['After'].json", "no_node_execution_data"),
      ("$('If').first(2)", "branch_not_found"),
      ("$('If').first(0, 7)", "run_not_found"), ("$('After').item", "paired_item_no_connection"),
      ("$('Aside').item", "paired_item_no_connection"),
    ]
    for (expression, type) in cases {
      #expect(try await scene.failure("={{ \(expression) }}")?.type == type, "\(expression)")
    }
    let error = try #require(try await scene.failure("=a{{ $('Nobody').item.json.x }}"))
    #expect(error.message == "Referenced node doesn't exist")
    #expect(error.context["nodeCause"] == "Nobody")
    #expect(error.context["parameter"] == "value")
    #expect(error.item == 0)
  }
}
