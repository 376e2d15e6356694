import Foundation
import JobsprintDomain
import JobsprintPorts

/// The machine's clock.
struct SystemClock: WallClock {
  var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  func sleep(until deadline: Timestamp) async throws {
    // Waits on the monotonic clock, at most an hour at a time, so that a wall clock that was set is noticed.
    while true {
      let left = deadline - now
      guard left > .zero else { return try Task.checkCancellation() }
      try await Task.sleep(for: min(left, .seconds(3600)))
    }
  }
}
