import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Synchronization
import Testing

@testable import JobsprintRuntime

/// What is remembered of workflows, and what is shared.
@Suite(.timeLimit(.minutes(1))) struct WorkflowCatalogTests {
  private let shared = StubVersions()
  private let counts = CacheCounts()
  private let rig = Rig()

  private func catalog(memory: Duration = .seconds(60)) -> WorkflowCatalog {
    WorkflowCatalog(
      store: rig.workflows, library: rig.library, isSoleWriter: false, shared: shared, memory: memory, counts: counts)
  }

  private func stored() async throws -> VersionUse {
    let workflow = try await rig.store([("Done", "n8n-nodes-base.noOp", [:])])
    let version = try #require(try await rig.workflows.workflow(workflow, in: .initial)).version
    return VersionUse(workspace: .initial, workflow: workflow, version: version)
  }

  private func plan(_ use: VersionUse, _ catalog: WorkflowCatalog) async throws -> ExecutionPlan {
    try await catalog.plan(use.version, of: use.workflow, in: use.workspace)
  }

  private func count(_ outcome: CacheCounts.Outcome, _ cache: CacheName = .versions) -> Int {
    counts.count(of: outcome, in: cache)
  }

  @Test func aVersionIsReadOnceFromTheStoreAndThenFromWhatIsShared() async throws {
    let use = try await stored()
    let (one, other) = (catalog(), catalog())
    _ = try await plan(use, one)
    #expect(count(.miss) == 1 && shared.state.withLock { $0.kept.count } == 1)
    _ = try await plan(use, one)
    #expect(count(.hit, .plans) == 1)
    let document = try await plan(use, other).document
    #expect(count(.hit) == 1 && count(.miss) == 1)
    #expect(document == shared.state.withLock { $0.kept[use.version]?.document })
    #expect(shared.state.withLock { $0.uses } == [use, use])
  }

  @Test func ofManyThatMissItOneLoads() async throws {
    let use = try await stored()
    let catalog = catalog()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 { group.addTask { _ = try await plan(use, catalog) } }
      try await group.waitForAll()
    }
    #expect(count(.miss) + count(.hit) == count(.miss, .plans) && count(.miss) == 1)
    #expect(count(.hit, .plans) + count(.shared, .plans) + count(.miss, .plans) == 200)
  }

  @Test func aPlanIsMadeAgainAfterItsTime() async throws {
    let use = try await stored()
    let catalog = catalog(memory: .zero)
    for _ in 0..<3 { _ = try await plan(use, catalog) }
    #expect(count(.hit, .plans) == 0 && count(.miss) == 1 && count(.hit) == 2)
  }

  @Test func whereNobodyCanSayTheStoreIsAsked() async throws {
    let use = try await stored()
    shared.state.withLock { $0.isAway = true }
    _ = try await plan(use, catalog())
    #expect(count(.bypassed) == 1 && shared.state.withLock { $0.kept.isEmpty && $0.uses.isEmpty })
  }

  @Test func whatIsSharedOfAnotherWorkflowIsNotGiven() async throws {
    let use = try await stored()
    _ = try await plan(use, catalog())
    let wrong = VersionUse(workspace: use.workspace, workflow: .numbered(99), version: use.version)
    await #expect { _ = try await plan(wrong, catalog()) } throws: { ($0 as? RuntimeError)?.code == .versionNotFound }
    #expect(shared.state.withLock { $0.uses } == [use])
  }

  @Test func whoStartsMakesPlansOfWhatIsInUse() async throws {
    let use = try await stored()
    _ = try await plan(use, catalog())
    let late = catalog()
    shared.tell(.listening)
    shared.finish()
    await late.run()
    _ = try await plan(use, late)
    #expect(count(.hit, .plans) == 1)
    // Making ready is no use of it.
    #expect(shared.state.withLock { $0.uses } == [use])
  }

  @Test func whatMayHaveBeenMissedIsForgotten() async throws {
    let use = try await stored()
    let catalog = catalog()
    _ = try await plan(use, catalog)
    shared.tell(.lost)
    shared.finish()
    await catalog.run()
    _ = try await plan(use, catalog)
    #expect(count(.hit, .plans) == 0 && count(.miss, .plans) == 2)
  }

  @Test func aChangeByOthersIsSeenAsSoonAsItIsTold() async throws {
    let use = try await stored()
    let catalog = catalog()
    #expect(try await catalog.head(of: use.workflow, in: .initial).version == use.version)
    let document: JSONObject = ["name": "Test", "nodes": [], "connections": [:], "settings": [:]]
    let changed = try await rig.editor.update(
      use.workflow, with: document, bytes: JSONValue.object(document).jsonBytes,
      by: Caller(workspace: .initial, actor: .system))
    shared.tell(.changed(use.workflow, in: .initial))
    shared.finish()
    await catalog.run()
    #expect(try await catalog.head(of: use.workflow, in: .initial).version == changed.version)
    catalog.forget(use.workflow, in: .initial)
    #expect(shared.state.withLock { $0.told } == [use.workflow])
  }
}

private final class StubVersions: VersionCache {
  struct State {
    var kept: [VersionID: StoredVersion] = [:]
    var uses: [VersionUse] = []
    var told: [WorkflowID] = []
    var isAway = false
  }

  let state = Mutex(State())
  let news: AsyncStream<VersionNews>
  private let continuation: AsyncStream<VersionNews>.Continuation

  init() { (news, continuation) = AsyncStream.makeStream() }

  func tell(_ news: VersionNews) { continuation.yield(news) }
  func finish() { continuation.finish() }

  func find(_ id: VersionID, in workspace: WorkspaceID) async -> VersionAnswer {
    state.withLock { state in
      if state.isAway { return .away }
      return state.kept[id].map { .found($0) } ?? .missing(VersionLease(token: "lease"))
    }
  }

  func keep(_ version: StoredVersion, in workspace: WorkspaceID, under lease: VersionLease) {
    state.withLock { $0.kept[version.id] = version }
  }

  func note(_ use: VersionUse) { state.withLock { $0.uses.append(use) } }
  func tell(changed workflow: WorkflowID, in workspace: WorkspaceID) { state.withLock { $0.told.append(workflow) } }
  func recent(upTo limit: Int) async -> [VersionUse] { state.withLock { Array(Set($0.uses)) } }
  func run() async {}
}
