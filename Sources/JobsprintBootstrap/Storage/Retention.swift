import JobsprintDomain
import JobsprintPorts

/// For how long each workspace keeps its executions, as times before which they may go: what all of them have given up
/// goes by whole weeks, where the store has such, the rest in batches of each workspace.
struct Retention: Sendable {
  struct Expiry: Sendable, Hashable {
    let workspace: WorkspaceID
    let before: Timestamp
  }

  /// No workspace keeps what was accepted before; nil: one of them keeps all for good, or the store has no weeks.
  let shared: Timestamp?
  /// Of workspaces that keep less than that.
  let own: [Expiry]
  /// Of all workspaces but those that keep for good.
  let all: [Expiry]

  /// - Parameter standard: days, of workspaces that have set none; nil: for good.
  init(of workspaces: [Workspace], standard: Int?, at now: Timestamp, hasWeeks: Bool) {
    let all = workspaces.compactMap { workspace in
      (workspace.retentionDays ?? standard).map { days in
        Expiry(workspace: workspace.id, before: now - .seconds(86_400 * days))
      }
    }
    let shared = hasWeeks && all.count == workspaces.count ? all.map(\.before).min() : nil
    self.shared = shared
    self.all = all
    own = all.filter { expiry in shared.map { expiry.before > $0 } ?? true }
  }
}
