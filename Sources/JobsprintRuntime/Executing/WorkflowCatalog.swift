// Workflows as the flow needs them: which version is the newest, and its plan. Versions never change, so plans are kept
// for a minute after they were made, and behind them what all processes share is asked before the store. Which one is
// the newest is remembered as long as this process changes nothing; where others may, until they tell, and for a second
// at most: reading it for each execution took half of what an execution costs on PostgreSQL. Where what others tell is
// not heard for a time, nothing from before is trusted.

import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class WorkflowCatalog: Sendable {
  struct Head: Sendable {
    let version: VersionID
    let isActive: Bool
    let isArchived: Bool
  }

  private struct HeadKey: Hashable {
    let workspace: WorkspaceID
    let workflow: WorkflowID
  }

  /// With its owner: who knows the id of another's version must not get its plan.
  private struct PlanKey: Hashable {
    let workspace: WorkspaceID
    let workflow: WorkflowID
    let version: VersionID
  }

  private struct Cache {
    var heads: [HeadKey: (head: Head, readAt: ContinuousClock.Instant)] = [:]
    var plans: [PlanKey: (plan: ExecutionPlan, madeAt: ContinuousClock.Instant)] = [:]
    /// Rises with every change, so that a read that began before it is not remembered.
    var epoch = 0
  }

  /// A plan of ten nodes takes about 20 KB.
  private static let mostPlans = 1000
  /// How long another process's change may go unnoticed.
  private static let staleness: Duration = .seconds(1)

  private let store: any WorkflowStore
  private let library: NodeLibrary
  private let isSoleWriter: Bool
  private let cache = Mutex(Cache())
  private let loads = SharedLoads<PlanKey, StoredVersion?>()
  private let counts: CacheCounts
  private let shared: (any VersionCache)?
  private let memory: Duration

  /// Plans that are made at the start, of what others have used lately.
  private static let mostWarm = 100

  /// - Parameters:
  ///   - isSoleWriter: no other process changes the store's workflows.
  ///   - shared: nil where there is nothing between this process and the store.
  ///   - memory: of plans.
  public init(
    store: any WorkflowStore, library: NodeLibrary, isSoleWriter: Bool, shared: (any VersionCache)? = nil,
    memory: Duration = .seconds(60), counts: CacheCounts = CacheCounts()
  ) {
    self.shared = shared
    self.memory = memory
    self.counts = counts
    self.store = store
    self.library = library
    self.isSoleWriter = isSoleWriter
  }

  /// Hears what others tell, until the task is cancelled; makes plans of what is in use as soon as it can be heard.
  public func run() async {
    guard let shared else { return }
    var isWarm = false
    for await news in shared.news {
      switch news {
      case .listening:
        if !isWarm { await warm(shared) }
        isWarm = true
      case .changed(let workflow, let workspace): forgetHead(of: workflow, in: workspace)
      case .lost:
        cache.withLock { cache in
          cache.heads.removeAll()
          cache.plans.removeAll()
          cache.epoch += 1
        }
      }
    }
  }

  private func warm(_ shared: any VersionCache) async {
    for use in await shared.recent(upTo: Self.mostWarm) {
      // What has gone since, or can't be read now, is nobody's trouble here.
      let key = PlanKey(workspace: use.workspace, workflow: use.workflow, version: use.version)
      _ = try? await plan(key, isInUse: false)
    }
  }

  /// To be called after every change of a workflow.
  func forget(_ workflow: WorkflowID, in workspace: WorkspaceID) {
    forgetHead(of: workflow, in: workspace)
    shared?.tell(changed: workflow, in: workspace)
  }

  private func forgetHead(of workflow: WorkflowID, in workspace: WorkspaceID) {
    cache.withLock { cache in
      cache.heads[HeadKey(workspace: workspace, workflow: workflow)] = nil
      cache.epoch += 1
    }
  }

  func head(of workflow: WorkflowID, in workspace: WorkspaceID) async throws(RuntimeError) -> Head {
    let key = HeadKey(workspace: workspace, workflow: workflow)
    let (known, epoch) = cache.withLock { ($0.heads[key], $0.epoch) }
    let now = ContinuousClock.now
    if let known, isSoleWriter || now - known.readAt < Self.staleness { return known.head }
    let stored = try await onStore { () async throws(PortError) in try await store.workflow(workflow, in: workspace) }
    guard let stored else {
      throw RuntimeError(.workflowNotFound, "There is no workflow \(workflow) in this workspace.")
    }
    let head = Head(version: stored.version, isActive: stored.activeVersion != nil, isArchived: stored.isArchived)
    cache.withLock { cache in
      guard cache.epoch == epoch else { return }
      if cache.heads.count >= Self.mostPlans { cache.heads.removeAll() }
      cache.heads[key] = (head, now)
    }
    return head
  }

  func plan(
    _ version: VersionID, of workflow: WorkflowID, in workspace: WorkspaceID
  ) async throws(RuntimeError) -> ExecutionPlan {
    try await plan(PlanKey(workspace: workspace, workflow: workflow, version: version), isInUse: true)
  }

  /// - Parameter isInUse: others are told that it is.
  private func plan(_ key: PlanKey, isInUse: Bool) async throws(RuntimeError) -> ExecutionPlan {
    let known = cache.withLock { $0.plans[key] }
    let now = ContinuousClock.now
    if let known, now - known.madeAt < memory {
      counts.note(.hit, in: .plans)
      return known.plan
    }
    // A version never changes: also what somebody else began to read is what it is.
    let stored = try await onStore { () async throws(PortError) in
      try await loads.value(of: key) {
        self.counts.note($0 ? .shared : .miss, in: .plans)
      } load: {
        () async throws(PortError) in
        try await self.version(key, isInUse: isInUse)
      }
    }
    guard let stored, stored.workflow == key.workflow else {
      throw RuntimeError(.versionNotFound, "The workflow has no version \(key.version).")
    }
    let plan = ExecutionPlan(
      try Workflow(stored: stored.document), document: stored.document, library: library)
    cache.withLock { cache in
      if cache.plans.count >= Self.mostPlans { cache.plans.removeAll() }
      cache.plans[key] = (plan, now)
    }
    return plan
  }

  /// From what is shared, or the store.
  private func version(_ key: PlanKey, isInUse: Bool) async throws(PortError) -> StoredVersion? {
    guard let shared else { return try await store.version(key.version, in: key.workspace) }
    let use = VersionUse(workspace: key.workspace, workflow: key.workflow, version: key.version)
    switch await shared.find(key.version, in: key.workspace) {
    case .found(let version):
      counts.note(.hit, in: .versions)
      if isInUse, version.workflow == key.workflow { shared.note(use) }
      return version
    case .missing(let lease):
      counts.note(.miss, in: .versions)
      let version = try await store.version(key.version, in: key.workspace)
      guard let version else { return nil }
      if let lease { shared.keep(version, in: key.workspace, under: lease) }
      if isInUse, version.workflow == key.workflow { shared.note(use) }
      return version
    case .away:
      counts.note(.bypassed, in: .versions)
      return try await store.version(key.version, in: key.workspace)
    }
  }
}
