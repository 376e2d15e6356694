import Foundation

/// `jobsprint-sandbox` under a path of its own, so that its processes are told from those of other tests.
public final class TestSandbox: Sendable {
  private let folder: URL

  public init() throws {
    folder = URL.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "jobsprint-sandbox"),
      withDestinationURL: ServerProcess.builtProgram("jobsprint-sandbox"))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  public var path: String { folder.appending(path: "jobsprint-sandbox").path }

  /// Those that live, by number.
  public var processes: [Int32] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { process in
      // Empty for one that has ended.
      guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
      return line.prefix { $0 != 0 }.elementsEqual(path.utf8)
    }.sorted()
  }

  /// Those that have computed for longer than a start takes.
  public var busy: [Int32] {
    processes.filter { process in
      let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
      // `pid (name) state …`; the 14th field is user time, in hundredths of a second.
      let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 11 && Int(fields[11]) ?? 0 > 50
    }
  }

  /// Ends it at once, as the kernel does that is out of memory.
  public func kill(_ process: Int32) { Foundation.kill(process, SIGKILL) }
}
