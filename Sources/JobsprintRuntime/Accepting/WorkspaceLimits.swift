// Which workspaces have a limit of executions at a time: their executions are held until a recoverer finds room. It is
// one list for all of them, remembered as long as this process changes nothing; where others may, for a second at most.
// So whoever has no limit pays for none.

import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class WorkspaceLimits: Sendable {
  private struct Known {
    var limited: Set<WorkspaceID> = []
    var readAt: ContinuousClock.Instant?
    /// Rises with every change, so that a read that began before it is not remembered, nor shared with who asks later.
    var epoch = 0
  }

  /// How long another process's change may go unnoticed.
  private static let staleness: Duration = .seconds(1)

  private let store: any WorkspaceStore
  private let isSoleWriter: Bool
  private let known = Mutex(Known())
  private let loads = SharedLoads<Int, Set<WorkspaceID>>()

  /// - Parameter isSoleWriter: no other process changes the store's workspaces.
  public init(store: any WorkspaceStore, isSoleWriter: Bool) {
    self.store = store
    self.isSoleWriter = isSoleWriter
  }

  /// To be called after every change of a workspace.
  func forget() {
    known.withLock { known in
      known.readAt = nil
      known.epoch += 1
    }
  }

  func isLimited(_ workspace: WorkspaceID) async throws(PortError) -> Bool {
    let now = ContinuousClock.now
    let (answer, epoch) = known.withLock { known in
      let isFresh = known.readAt.map { isSoleWriter || now - $0 < Self.staleness } ?? false
      return (isFresh ? known.limited.contains(workspace) : nil, known.epoch)
    }
    if let answer { return answer }
    let limited = try await loads.value(of: epoch) { [store] () async throws(PortError) in
      try await store.limitedWorkspaces()
    }
    known.withLock { known in
      guard known.epoch == epoch else { return }
      known.limited = limited
      known.readAt = now
    }
    return limited.contains(workspace)
  }
}
