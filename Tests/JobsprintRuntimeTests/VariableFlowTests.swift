import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintRuntime

/// `$vars` in executions.
@Suite(.timeLimit(.minutes(1))) struct VariableFlowTests {
  /// A store that counts how often an execution asks it.
  private final class CountedStore: VariableStore {
    private let store: MemoryVariableStore
    private let reads = Atomic(0)

    init(_ store: MemoryVariableStore) { self.store = store }

    var count: Int { reads.load(ordering: .relaxed) }

    func create(
      _ variable: Variable, in workspace: WorkspaceID, most: Int, recording record: ChangeRecord
    ) async throws(PortError) -> CreateOutcome? {
      try await store.create(variable, in: workspace, most: most, recording: record)
    }

    func update(
      _ id: VariableID, key: String, value: String, in workspace: WorkspaceID, at time: Timestamp,
      recording record: ChangeRecord
    ) async throws(PortError) -> UpdateOutcome<Variable> {
      try await store.update(id, key: key, value: value, in: workspace, at: time, recording: record)
    }

    func delete(
      _ id: VariableID, in workspace: WorkspaceID, recording record: ChangeRecord
    ) async throws(PortError) -> Variable? { try await store.delete(id, in: workspace, recording: record) }

    func variables(
      in workspace: WorkspaceID, onlyEmpty: Bool, page: PageRequest<VariableID>
    ) async throws(PortError) -> Page<Variable> {
      try await store.variables(in: workspace, onlyEmpty: onlyEmpty, page: page)
    }

    func current(in workspace: WorkspaceID) async throws(PortError) -> [Variable] {
      reads.add(1, ordering: .relaxed)
      return try await store.current(in: workspace)
    }
  }

  private func catalog() -> (VariableCatalog, CountedStore, VariableEditor) {
    let store = CountedStore(MemoryVariableStore(MemoryStore()))
    let catalog = VariableCatalog(store: store)
    let clock = TestClock()
    let editor = VariableEditor(store: store, catalog: catalog, clock: clock, ids: IdentifierSource(clock: clock))
    return (catalog, store, editor)
  }

  private let caller = Caller(workspace: .initial, actor: .system)

  @Test func valuesAreRememberedUntilThisProcessChangesThem() async throws {
    let (catalog, store, editor) = catalog()
    guard case .created(let made) = try await editor.create(key: "a", value: "1", by: caller) else {
      throw RigError()
    }
    let before = store.count
    #expect(try await catalog.values(in: .initial) == ["a": "1"])
    #expect(try await catalog.values(in: .initial) == ["a": "1"])
    #expect(store.count == before + 1)
    try await editor.update(made.id, key: "b", value: "2", by: caller)
    #expect(try await catalog.values(in: .initial) == ["b": "2"])
    try await editor.delete(made.id, by: caller)
    #expect(try await catalog.values(in: .initial) == [:])
    #expect(try await catalog.values(in: .numbered(7)) == [:])
  }

  @Test func aWorkspaceHasSoManyAndNoMore() async throws {
    let (_, _, editor) = catalog()
    for number in 0..<VariableEditor.most {
      _ = try await editor.create(key: "k\(number)", value: "", by: caller)
    }
    let error = await #expect(throws: RuntimeError.self) {
      _ = try await editor.create(key: "more", value: "", by: caller)
    }
    #expect(error?.code == .tooManyVariables)
  }

  @Test(
    arguments: [
      (["value": "={{ $vars.a }}"], true), (["deep": [["jsCode": "return $vars"]]], true),
      (["value": "vars $var"], false),
    ] as [(JSONObject, Bool)])
  func onlyWhatMentionsThemReadsThem(parameters: JSONObject, isReading: Bool) {
    let node = Node(name: "A", type: "n8n-nodes-base.set", parameters: parameters)
    #expect(
      Workflow(name: "W", nodes: [node], connections: Connections()).mentionsVariables == isReading)
  }

  @Test(arguments: [true, false])
  func anExecutionSeesThem(isAcceptedHere: Bool) async throws {
    let rig = Rig()
    _ = try await rig.variableEditor.create(key: "a", value: "1", by: caller)
    let executor = rig.executor(.numbered(1))
    try await rig.run([executor]) {
      let set: JSONObject = ["parameters": ["values": ["string": [["name": "x", "value": "={{ $vars.a }}"]]]]]
      let workflow = try await rig.store([("A", "n8n-nodes-base.set", set)])
      let record = try await rig.ended(try await rig.accept(workflow, by: isAcceptedHere ? executor : nil))
      let entry = try #require(try await rig.executions.journal(of: record.id, in: .initial).last)
      #expect(String(decoding: entry.payload, as: UTF8.self).contains(#""x":"1""#))
    }
  }
}
