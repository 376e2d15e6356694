import Foundation

/// How long the disk takes to promise that 4 KB will survive a power cut: the floor under every durable commit.
enum DiskMeasurement {
  private static let writes = 300

  static func figures(in folder: URL) throws -> [Figure] {
    let path = folder.appending(path: "fdatasync").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BenchError(description: "\(path) can't be opened: error \(errno)") }
    defer { close(descriptor) }
    let block = [UInt8](repeating: 1, count: 4096)
    let clock = ContinuousClock()
    var times: [Duration] = []
    for number in 0..<writes {
      let begin = clock.now
      guard pwrite(descriptor, block, block.count, off_t(number % 64 * block.count)) == block.count,
        fdatasync(descriptor) == 0
      else { throw BenchError(description: "\(path) can't be written: error \(errno)") }
      times.append(clock.now - begin)
    }
    return Percentiles(times).figures("write 4 KB and fdatasync")
  }
}
