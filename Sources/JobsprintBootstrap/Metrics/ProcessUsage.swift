import Foundation
import Glibc

/// What this process takes of the machine, from /proc (https://man7.org/linux/man-pages/man5/proc.5.html).
struct ProcessUsage {
  let residentBytes: Int
  let processorSeconds: Double
  let openFiles: Int

  static var now: ProcessUsage {
    let pages = text("statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    // The name in brackets may hold anything; user and system time are fields 14 and 15.
    let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = fields.count > 12 ? (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0) : 0
    let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    return ProcessUsage(
      residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)),
      processorSeconds: ticks / Double(sysconf(Int32(_SC_CLK_TCK))), openFiles: files)
  }

  private static func text(_ name: String) -> String {
    (try? String(contentsOfFile: "/proc/self/\(name)", encoding: .utf8)) ?? ""
  }
}
