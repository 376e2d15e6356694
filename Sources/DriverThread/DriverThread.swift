import CThreads
import Glibc

/// A thread of a driver's own, for calls that block: Swift's cooperative threads never make them.
public enum DriverThread {
  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// - Parameter name: at most 15 characters are shown by the system's tools.
  /// - Returns: false where the system gives no more threads.
  public static func start(_ name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
    var thread = pthread_t()
    let body = Unmanaged.passRetained(Body(name: name, run: run))
    let status = pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let body = Unmanaged<Body>.fromOpaque(raw).takeRetainedValue()
        pthread_setname_np(pthread_self(), String(body.name.prefix(15)))
        body.run()
        return nil
      }, body.toOpaque())
    guard status == 0 else {
      body.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// Nanoseconds of a clock that only goes forward.
  public static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
