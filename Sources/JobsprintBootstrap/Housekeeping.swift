import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import Logging

/// Removes what is kept for a time only (idempotency keys for 24 hours, executions for as long as was set), in bounded
/// batches, and does what the store asks for now and then.
struct Housekeeping: Sendable {
  let storage: Storage
  let clock: any WallClock
  let log: Logger
  /// Days for which executions that have ended are kept in workspaces that say nothing else; nil: for good.
  let retentionDays: Int?
  /// Removes entries of the audit log, and for how many days they are kept; nil: for good.
  let audit: (retention: AuditRetention, days: Int)?
  /// Entries that are streamed go when all receivers have taken them.
  let auditStreams: [AuditStream]
  let locks: any LockService

  func run() async {
    while !Task.isCancelled {
      do throws(PortError) {
        try await storage.maintain(clock.now)
        while try await storage.idempotency.forget(before: clock.now - .seconds(24 * 3600), limit: 1000) == 1000 {}
        // A day for the clocks of two machines, and for whoever wants to know.
        while try await storage.sessions.forget(before: clock.now - .seconds(24 * 3600), limit: 1000) >= 1000 {}
        try await expire()
      } catch { note(error) }
      if let audit {
        _ = await locks.whileHolding("audit-retention", for: .seconds(60), on: clock) { _ in
          do throws(PortError) { try await expire(audit.retention, days: audit.days) } catch { note(error) }
        }
      }
      if Task.isCancelled { return }
      try? await clock.sleep(for: .seconds(600))
    }
  }

  private func expire() async throws(PortError) {
    let retention = Retention(
      of: try await workspaces(), standard: retentionDays, at: clock.now, hasWeeks: storage.expireWeeks != nil)
    if let shared = retention.shared, let expireWeeks = storage.expireWeeks {
      while try await expireWeeks(shared), !Task.isCancelled {}
    }
    try await inTurns(retention.own, storage.expire)
    try await inTurns(retention.all, storage.expireLetters)
  }

  private func expire(_ audit: AuditRetention, days: Int) async throws(PortError) {
    let end = clock.now - .seconds(days * 86_400)
    for workspace in try await workspaces() {
      var read: Int?
      for stream in auditStreams {
        let taken = try await storage.auditCursors.cursor(of: workspace.id, in: stream)?.sequence ?? 0
        read = min(read ?? taken, taken)
      }
      while try await audit.expire(before: end, in: workspace.id, upTo: read), !Task.isCancelled {}
    }
  }

  private func note(_ error: PortError) {
    if !Task.isCancelled { log.warning("housekeeping failed", metadata: ["error": "\(error)"]) }
  }

  /// So that the backlog of one workspace does not hold up the others.
  /// - Parameter batch: whether there may be more.
  private func inTurns(
    _ expiries: [Retention.Expiry], _ batch: (Retention.Expiry) async throws(PortError) -> Bool
  ) async throws(PortError) {
    var open = expiries
    while !open.isEmpty, !Task.isCancelled {
      var unfinished: [Retention.Expiry] = []
      for expiry in open where try await batch(expiry) { unfinished.append(expiry) }
      open = unfinished
    }
  }

  private func workspaces() async throws(PortError) -> [Workspace] {
    var all: [Workspace] = []
    while true {
      let page = try await storage.workspaces.workspaces(page: PageRequest(after: all.last?.id, limit: 1000))
      all += page.elements
      guard page.hasMore else { return all }
    }
  }
}
