import JobsprintDomain
import JobsprintPorts
import Testing

@testable import JobsprintScript

/// `$json`, `$input`, `$now` and the other names of the current run.
@Suite struct DataTests {
  private var scene: Scene {
    var scene = Scene(.joined("Before/1 -> Here", parameters: ["Before": ["op": "get"], "Here": Self.parameters]))
    scene.items = [
      Item(
        json: ["a": 1], binary: ["file": ["data": "QQ==", "mimeType": "text/plain"]], pairedItem: PairedItem(item: 0)),
      Item(json: ["a": 2]),
    ]
    scene.sources = [RunSource(node: "Before", output: 1, run: 2)]
    scene.runIndex = 3
    return scene
  }

  private static let parameters: JSONObject = [
    "plain": 5, "computed": "={{ $json.a * 10 }}",
    "nested": ["x": "=<{{ $parameter.plain }}>", "y": ["={{ undefined }}"]],
  ]

  @Test func currentItem() async throws {
    let cases: [(String, JSONValue?)] = [
      ("$json", ["a": 2]), ("$json.a", 2), ("$data.a", 2), ("$itemIndex", 1), ("$position", 1), ("$runIndex", 3),
      ("$nodeVersion", 1), ("$nodeId", "id of Here"),
      ("$input.item.json.a", 2), ("$input.first().json.a", 1), ("$input.last().json.a", 2), ("$input.all().length", 2),
      ("$input.all()[0].json.a", 1), ("$items()[0].json.a", 1), ("$input.item.binary", nil), ("$binary", [:]),
      ("$input.first().binary.file.data", "QQ=="), ("$input.first().pairedItem.item", 0),
      ("$input['item']['json']", ["a": 2]),
      ("$input.params.op", "get"), ("$prevNode.name", "Before"), ("$prevNode.outputIndex", 1),
      ("$prevNode.runIndex", 2),
      ("$vars.x", nil), ("$env", [:]), ("$input.item", ["json": ["a": 2]]),
    ]
    for (expression, expected) in cases {
      #expect(try await scene.evaluate("={{ \(expression) }}", item: 1) == expected, "\(expression)")
    }
    #expect(try await scene.evaluate("={{ $binary.file }}") == ["mimeType": "text/plain"])
    #expect(try await scene.failure("={{ $input.first(1) }}")?.type == "javascript_needed")
  }

  @Test func executionAndWorkflow() async throws {
    let cases: [(String, JSONValue?)] = [
      ("$execution.id", "00000000-0000-7000-8000-000000000000"), ("$execution.mode", "test"), ("$workflow.name", "W"),
      ("$workflow.active", true), ("$workflow.id", "00000000-0000-7000-8000-000000000001"), ("$mode", "manual"),
      ("$executionId === $execution.id", true), ("$execution.nothing", nil),
    ]
    for (expression, expected) in cases {
      #expect(try await scene.evaluate("={{ \(expression) }}") == expected, "\(expression)")
    }
    var production = scene
    production.mode = .webhook
    #expect(try await production.evaluate("={{ $execution.mode }}") == "production")
  }

  @Test func parametersAreResolvedForTheItem() async throws {
    #expect(try await scene.evaluate("={{ $parameter.computed }}", item: 1) == 20)
    #expect(try await scene.evaluate("={{ $parameter.nested }}") == ["x": "<5>", "y": [nil]])
    #expect(try await scene.evaluate("={{ $rawParameter.computed }}") == "={{ $json.a * 10 }}")
    var circular = Scene(.joined("Before -> Here", parameters: ["Here": ["x": "={{ $parameter.x }}"]]))
    circular.items = [Item(json: [:])]
    #expect(try await circular.failure("={{ $parameter.x }}")?.type == "circular_reference")
    #expect(try await circular.evaluate("={{ $parameter.missing }}") == nil)
    // Each names the next one so often that resolving all of them would take years.
    func naming(_ next: String) -> JSONValue {
      .string("={{ 0" + String(repeating: " + $parameter.\(next)", count: 2000) + " }}")
    }
    var explosive = Scene(
      .joined("Before -> Here", parameters: ["Here": ["a": naming("b"), "b": naming("c"), "c": naming("d"), "d": 1]]))
    explosive.items = [Item(json: [:])]
    #expect(try await explosive.failure("={{ $parameter.a }}")?.type == "circular_reference")
  }

  @Test func itemsThatAreNotThere() async throws {
    var empty = scene
    empty.items = []
    let error = try #require(try await empty.failure("={{ $json.a ?? 0 }}"))
    #expect(error.message == "Node 'Here' hasn't been executed")
    #expect(error.type == "no_execution_data")
    #expect(try await empty.evaluate("={{ $runIndex }}") == 3)
    #expect(try await scene.evaluate("={{ $json.a }}", item: 9) == nil)
  }

  @Test func moments() async throws {
    var scene = scene
    #expect(try await scene.evaluate("={{ $now }}") == "2026-11-21T04:07:15.000Z")
    #expect(try await scene.evaluate("=at {{ $now }}") == "at 2026-11-21T04:07:15.000Z")
    #expect(try await scene.evaluate("={{ $today }}") == "2026-11-21T00:00:00.000Z")
    #expect(try await scene.evaluate("={{ { d: $now } }}") == ["d": "2026-11-21T04:07:15.000Z"])
    #expect(try await scene.evaluate("={{ $now.toMillis() - $today.toMillis() }}") == 14_835_000)
    #expect(try await scene.evaluate("={{ $now > $today && $now.weekday }}") == 6)
    #expect(try await scene.evaluate("={{ `${$now}` + $now }}") == "2026-11-21T04:07:15.000Z1795234035000")
    scene.timezone = "America/New_York"
    #expect(try await scene.evaluate("={{ $now }}") == "2026-11-20T23:07:15.000-05:00")
    #expect(try await scene.evaluate("={{ $today.toISO() }}") == "2026-11-20T00:00:00.000-05:00")
    #expect(try await scene.evaluate("={{ $today.toISODate() }}") == "2026-11-20")
    #expect(try await scene.evaluate("={{ $now.hour }}") == 23)
    scene.workflow = Workflow(
      name: "W", nodes: scene.workflow.nodes, connections: scene.workflow.connections,
      settings: WorkflowSettings(timezone: "Asia/Kolkata"))
    #expect(try await scene.evaluate("={{ $now }}") == "2026-11-21T09:37:15.000+05:30")
  }

  @Test func todayOnTheDayWhenTheClocksChange() async throws {
    var scene = scene
    scene.timezone = "Europe/Berlin"
    // 2026-03-29T10:00:00Z: summer time began at 01:00Z.
    scene.now = Timestamp(milliseconds: 1_774_778_400_000)
    #expect(try await scene.evaluate("={{ $now }}") == "2026-03-29T12:00:00.000+02:00")
    #expect(try await scene.evaluate("={{ $today }}") == "2026-03-29T00:00:00.000+01:00")
  }
}
