public import JobsprintDomain
import Synchronization

/// Gathers what the code of one run of a node writes to its `console`; it goes with the record of the run.
public final class NodeConsole: Sendable {
  /// The runtime of the sandbox keeps within these by itself (CSandboxRuntime/Runtime/Console.js), but what code may
  /// have changed is not relied upon. One line more than it writes itself: the one that says that there were more.
  private static let mostLines = 1001
  private static let mostBytes = 256 * 1024

  private let written = Mutex<(lines: [ConsoleLine], bytes: Int)>(([], 0))

  public init() {}

  public var lines: [ConsoleLine] { written.withLock { $0.lines } }

  /// What is beyond the bounds is dropped.
  public func write(_ lines: [ConsoleLine]) {
    written.withLock { written in
      for line in lines {
        let bytes = written.bytes + line.text.utf8.count
        guard written.lines.count < Self.mostLines, bytes <= Self.mostBytes else { return }
        written.lines.append(line)
        written.bytes = bytes
      }
    }
  }
}
