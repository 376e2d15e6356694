import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import JobsprintScript
import JobsprintTesting

/// Runs one built-in node over items given as JSON text.
struct SingleNodeRun {
  let type: String
  var version: Double = 1
  var parameters = "{}"
  var timezone: String?
  var onError = OnError.stopWorkflow
  /// By the types of their credentials.
  var secrets: [String: JSONObject] = [:]
  /// Milliseconds since 1970.
  var now: Int64 = 1_640_000_000_000

  /// The items of output 0.
  ///
  /// - Parameter items: JSON of one item's `json`, or of an array of them; with `binary` as a member beside `json`.
  func items(_ items: String = "{}") async throws -> [Item] {
    let library = NodeLibrary(BuiltInNodes.all())
    guard let node = library[type] else { throw NodeError("'\(type)' is not installed") }
    let value = try JSONValue(parsing: items)
    let inputs = (value.arrayValue ?? [value]).enumerated().map { place, value in
      var item = value["json"] == nil ? Item(json: value.objectValue ?? [:]) : Item(value.objectValue ?? [:])
      item.pairedItem = PairedItem(item: place)
      return item
    }
    let description = Node(
      name: "Node", type: type, typeVersion: version,
      parameters: try JSONValue(parsing: parameters).objectValue ?? [:], onError: onError)
    let settings: JSONValue = timezone.map { ["timezone": .string($0)] } ?? [:]
    let workflow = try Workflow(document: ["name": "Test", "nodes": [], "connections": [:], "settings": settings])
    let clock = FixedClock(now: Timestamp(milliseconds: now))
    let facts = ExecutionFacts(id: .numbered(1), mode: .manual, workflowID: .numbered(1), workflowIsActive: false)
    let scope = ExpressionScope(
      workflow: workflow, execution: facts, node: description, runIndex: 0, inputs: [inputs], sources: [nil],
      history: RunHistory(), now: clock.now)
    let resolver = try await NativeExpressionEvaluator().resolver(for: scope, inJavaScript: [])
    let result = try await node.run(NodeContext(scope: scope, resolver: resolver, clock: clock, secrets: secrets))
    guard case .outputs(let outputs, _) = result else { return [] }
    return outputs.first ?? []
  }

  /// The `json` of output 0 as JSON.
  func json(_ items: String = "{}") async throws -> JSONValue {
    .array(try await self.items(items).map { .object($0.json) })
  }

  /// A member of the first item.
  func value(_ key: String = "data", _ items: String = "{}") async throws -> JSONValue? {
    try await self.items(items).first?.json[key]
  }

  /// The failure of the node; nil when there is none.
  func failure(_ items: String = "{}") async throws -> NodeError? {
    do {
      _ = try await self.items(items)
      return nil
    } catch let error as NodeError {
      return error
    }
  }

  private struct FixedClock: WallClock {
    let now: Timestamp
    func sleep(until time: Timestamp) async throws {}
  }
}
