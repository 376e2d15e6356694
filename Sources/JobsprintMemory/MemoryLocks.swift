import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Locks of one process.
public final class MemoryLocks: LockService {
  private struct Holding {
    var fence: Int
    var token: String?
    var end: Timestamp
  }

  private let clock: any WallClock
  private let holdings = Mutex<[String: Holding]>([:])

  public init(clock: any WallClock) { self.clock = clock }

  public func acquire(_ name: String, for lease: Duration) async -> HeldLock? {
    let now = clock.now
    let token = String(UInt64.random(in: 0 ... .max), radix: 36)
    return holdings.withLock { holdings in
      let last = holdings[name]
      if let last, last.token != nil, last.end > now { return nil }
      // Also higher than those of the process before this one.
      let fence = max((last?.fence ?? 0) + 1, Int(now.milliseconds))
      holdings[name] = Holding(fence: fence, token: token, end: now + lease)
      return HeldLock(name: name, fence: fence, token: token)
    }
  }

  public func renew(_ lock: HeldLock, for lease: Duration) async -> Bool {
    let now = clock.now
    return holdings.withLock { holdings in
      guard let holding = holdings[lock.name], holding.token == lock.token, holding.end > now else { return false }
      holdings[lock.name]?.end = now + lease
      return true
    }
  }

  public func release(_ lock: HeldLock) async {
    holdings.withLock { holdings in
      if holdings[lock.name]?.token == lock.token { holdings[lock.name]?.token = nil }
    }
  }
}
