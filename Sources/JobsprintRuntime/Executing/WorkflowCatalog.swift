// Workflows as the flow needs them: which version is the newest, and its plan. Versions never change, so plans are
// kept. Which one is the newest is remembered as long as this process changes nothing; where others may, for a second
// at most: reading it for each execution took half of what an execution costs on PostgreSQL.

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
    var plans: [PlanKey: ExecutionPlan] = [:]
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

  /// - Parameter isSoleWriter: no other process changes the store's workflows.
  public init(
    store: any WorkflowStore, library: NodeLibrary, isSoleWriter: Bool, counts: CacheCounts = CacheCounts()
  ) {
    self.counts = counts
    self.store = store
    self.library = library
    self.isSoleWriter = isSoleWriter
  }

  /// To be called after every change of a workflow.
  func forget(_ workflow: WorkflowID, in workspace: WorkspaceID) {
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
    let key = PlanKey(workspace: workspace, workflow: workflow, version: version)
    if let plan = cache.withLock({ $0.plans[key] }) {
      counts.note(.hit, in: .plans)
      return plan
    }
    // A version never changes: also what somebody else began to read is what it is.
    let stored = try await onStore { () async throws(PortError) in
      try await loads.value(of: key) {
        self.counts.note($0 ? .shared : .miss, in: .plans)
      } load: {
        [store] () async throws(PortError) in
        try await store.version(version, in: workspace)
      }
    }
    guard let stored, stored.workflow == workflow else {
      throw RuntimeError(.versionNotFound, "The workflow has no version \(version).")
    }
    let plan = ExecutionPlan(
      try Workflow(stored: stored.document), document: stored.document, library: library)
    cache.withLock { cache in
      if cache.plans.count >= Self.mostPlans { cache.plans.removeAll() }
      cache.plans[key] = plan
    }
    return plan
  }
}
