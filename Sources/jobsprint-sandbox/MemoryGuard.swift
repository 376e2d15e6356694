// JavaScriptCore caps nothing, and a limit of address space breaks its start. So a thread looks at the resident size
// and ends the process before it is a nuisance.

import Glibc
import SandboxGuards

struct MemoryGuard {
  /// `/proc/self/statm`, opened while files can be.
  let descriptor: Int32
  private let limit: Int

  /// Microseconds between two looks. A script fills about 2 GB/s at its fastest: 4 ms could be 8 MB over the limit.
  /// Measured with arrays, typed arrays and strings: 1 to 4 MB over 128, more on a busy machine than on an idle one.
  private static let interval: UInt32 = 4_000

  /// - Parameter limit: bytes of resident memory.
  init(limit: Int) throws {
    descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SandboxError(system: "the memory guard can't open /proc/self/statm") }
    self.limit = limit
  }

  /// Watches from now on, on a thread of its own.
  func watch() {
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    let (descriptor, mostPages) = (descriptor, limit / pageSize)
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Watch(descriptor: descriptor, mostPages: mostPages))
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    if status != 0 { exit(ExitStatus.failed) }
  }

  private final class Watch {
    let descriptor: Int32
    let mostPages: Int

    init(descriptor: Int32, mostPages: Int) {
      self.descriptor = descriptor
      self.mostPages = mostPages
    }

    func run() {
      while true {
        if residentPages > mostPages { _exit(ExitStatus.outOfMemory) }
        usleep(MemoryGuard.interval)
      }
    }

    /// The second number of the line.
    private var residentPages: Int {
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { buffer in
        let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else { return 0 }
        let line = buffer[..<count]
        guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return 0 }
        return line[(space + 1)...].prefix { $0 != UInt8(ascii: " ") }.reduce(0) { $0 * 10 + Int($1 &- 48) }
      }
    }
  }
}
