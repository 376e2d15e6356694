public import JobsprintDomain
public import JobsprintPorts
import Synchronization

/// Mints ids that rise within this process, even within one millisecond.
public final class IdentifierSource: Sendable {
  private let clock: any WallClock
  private let last = Mutex(UUIDv7(high: 0, low: 0))

  public init(clock: any WallClock) { self.clock = clock }

  public func next<Kind>() -> Identifier<Kind> {
    var random = SystemRandomNumberGenerator()
    let fresh = UUIDv7(
      at: clock.now, randomHigh: UInt16.random(in: 0...0x0FFF, using: &random), randomLow: random.next())
    return Identifier(
      last.withLock { last in
        if fresh > last {
          last = fresh
        } else {
          // The same millisecond, or a clock that went back: the next id after the last one.
          let low = last.low &+ 1
          let carry = low & 0x3FFF_FFFF_FFFF_FFFF == 0
          last = UUIDv7(high: carry ? last.high &+ 1 : last.high, low: carry ? 0x8000_0000_0000_0000 : low)
        }
        return last
      })
  }
}
