import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Sign-ins that one process has begun.
public final class MemoryPendingSignIns: PendingSignIns {
  private struct Kept {
    let value: [UInt8]
    let end: Timestamp
  }

  /// Beginning one costs nothing: who begins more than others can end makes the oldest go.
  static let most = 10_000

  private let kept = Mutex<[String: Kept]>([:])
  private let clock: any WallClock

  public init(clock: any WallClock) { self.clock = clock }

  public func keep(_ value: [UInt8], under key: String, for lifetime: Duration) async {
    let now = clock.now
    kept.withLock { kept in
      if kept.count >= Self.most { kept = kept.filter { $0.value.end > now } }
      if kept.count >= Self.most {
        let newest = kept.sorted { $0.value.end > $1.value.end }.prefix(Self.most / 2)
        kept = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
      }
      kept[key] = Kept(value: value, end: now + lifetime)
    }
  }

  public func take(_ key: String) async -> [UInt8]? {
    let now = clock.now
    return kept.withLock { kept in
      guard let found = kept.removeValue(forKey: key), found.end > now else { return nil }
      return found.value
    }
  }
}
