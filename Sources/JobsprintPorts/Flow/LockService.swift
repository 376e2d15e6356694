// What is to run in one process of an installation at a time. A lock ends by itself, so that a process that dies holds
// up nobody; a process that was only slow may believe for a moment that it still holds one. So each holder has a number
// that rises from holder to holder (a fencing number): what is written under a lock is written with it, and whoever
// keeps what was written refuses a lower one than it has seen.

public struct HeldLock: Sendable, Hashable {
  public let name: String
  /// Higher than that of every holder before.
  public let fence: Int
  /// Known to the holder only.
  public let token: String

  public init(name: String, fence: Int, token: String) {
    self.name = name
    self.fence = fence
    self.token = token
  }
}

public protocol LockService: Sendable {
  /// - Returns: nil where somebody holds it, or nobody can say who does.
  func acquire(_ name: String, for lease: Duration) async -> HeldLock?

  /// - Returns: false where it has ended, or nobody can say: its holder has to stop.
  func renew(_ lock: HeldLock, for lease: Duration) async -> Bool

  /// Lets others have it at once; does nothing where it has ended.
  func release(_ lock: HeldLock) async
}

extension LockService {
  /// Runs what needs a lock; its task is cancelled when the lock is lost.
  /// - Returns: false where the lock was not to be had: nothing was run.
  public func whileHolding(
    _ name: String, for lease: Duration, on clock: any WallClock, _ body: @escaping @Sendable (HeldLock) async -> Void
  ) async -> Bool {
    guard let lock = await acquire(name, for: lease) else { return false }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await body(lock) }
      group.addTask {
        while (try? await clock.sleep(for: lease / 3)) != nil, await self.renew(lock, for: lease) {}
      }
      await group.next()
      group.cancelAll()
    }
    // Also where the task itself was cancelled: who waits for the lock should not have to wait for its end.
    await Task { await release(lock) }.value
    return true
  }
}
