// Hands sealed entries to a sink: those of a workspace in the order of its chain, each at least once. One process does
// it at a time, under a lock; the cursor in the store moves only behind what was taken, and only for the newest holder.
// So an entry comes again where a process dies, or loses its lock, between the delivery and the cursor.

import JobsprintDomain
public import JobsprintPorts
import Synchronization

public final class AuditStreamer: Sendable {
  public struct Metrics: Sendable {
    public internal(set) var delivered = 0
    public internal(set) var rejected = 0
    public internal(set) var failed = 0
    public internal(set) var isHolder = false
  }

  private static let lease: Duration = .seconds(30)
  /// Between two looks.
  static let interval: Duration = .seconds(1)
  /// Behind a failure; it doubles up to the longest.
  private static let firstPause: Duration = .seconds(1)
  private static let longestPause: Duration = .seconds(300)
  /// Entries of one delivery.
  static let batch = 100
  /// Workspaces of one look.
  private static let workspaces = 100

  public let stream: AuditStream
  private let audit: any AuditLog
  private let cursors: any AuditCursorStore
  private let sink: any AuditSink
  private let locks: any LockService
  private let clock: any WallClock
  private let onFailure: @Sendable (any Error) -> Void
  private let counts = Mutex(Metrics())

  /// - Parameter onFailure: told of each pass that failed, and of each ``AuditRejection``.
  public init(
    _ stream: AuditStream, audit: any AuditLog, cursors: any AuditCursorStore, sink: any AuditSink,
    locks: any LockService, clock: any WallClock, onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
  ) {
    self.stream = stream
    self.audit = audit
    self.cursors = cursors
    self.sink = sink
    self.locks = locks
    self.clock = clock
    self.onFailure = onFailure
  }

  public var metrics: Metrics { counts.withLock { $0 } }

  /// Of who streams; the first stream's has the name that it had when it was the only one.
  static func lock(of stream: AuditStream) -> String {
    stream == .webhook ? "audit-stream" : "audit-stream-\(stream.rawValue)"
  }

  /// Until its task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      _ = await locks.whileHolding(Self.lock(of: stream), for: Self.lease, on: clock) { lock in
        self.counts.withLock { $0.isHolder = true }
        await self.deliver(under: lock)
        self.counts.withLock { $0.isHolder = false }
      }
      try? await clock.sleep(for: Self.lease / 6)
    }
  }

  /// Until the lock is lost.
  private func deliver(under lock: HeldLock) async {
    var pause = Self.firstPause
    while !Task.isCancelled {
      do {
        guard try await pass(under: lock) else { return }
        pause = Self.firstPause
        try? await clock.sleep(for: Self.interval)
      } catch {
        if Task.isCancelled { return }
        counts.withLock { $0.failed += 1 }
        onFailure(error)
        try? await clock.sleep(for: pause)
        pause = min(pause * 2, Self.longestPause)
      }
    }
  }

  /// Hands over all that is there.
  /// - Returns: false where another process has taken over.
  func pass(under lock: HeldLock) async throws -> Bool {
    while !Task.isCancelled {
      let behind = try await cursors.behind(stream, limit: Self.workspaces)
      var hasMoved = false
      for cursor in behind {
        guard let end = try await deliver(behind: cursor) else { continue }
        let moved = AuditCursor(of: stream, workspace: cursor.workspace, sequence: end, fence: lock.fence)
        guard try await cursors.move(moved) else { return false }
        hasMoved = true
      }
      if !hasMoved { return true }
    }
    return false
  }

  /// - Returns: up to where the workspace's entries were taken; nil where there is nothing after all.
  private func deliver(behind cursor: AuditCursor) async throws -> Int? {
    let records = try await audit.chain(after: cursor.sequence, in: cursor.workspace, limit: Self.batch)
    guard let end = records.last?.seal?.sequence else {
      // Removed before they could be handed over.
      let removed = try await audit.checkpoint(of: cursor.workspace)?.seal.sequence ?? 0
      return removed > cursor.sequence ? removed : nil
    }
    let rejection = try await sink.deliver(records, of: cursor.workspace)
    counts.withLock { counts in
      counts.delivered += records.count - (rejection?.count ?? 0)
      counts.rejected += rejection?.count ?? 0
    }
    if let rejection { onFailure(rejection) }
    return end
  }
}
