import JobsprintDomain
import JobsprintPorts
import Synchronization

/// Lets the store know of executions that have begun before it did, and take too long to journal anything.
final class HoldPatience: Sendable {
  /// Three nodes that only shape data take 0.2 ms; whoever waits for the answer to a longer execution's accept gets it
  /// that much later at most, twice over.
  private static let patience: Duration = .milliseconds(5)

  private let writer: JournalWriter
  private let line = Mutex<[@Sendable () -> JournalWriter.Submission?]>([])

  init(writer: JournalWriter) { self.writer = writer }

  /// - Parameter late: asked when the time is up; nil where it has been written by then.
  func watch(_ late: @escaping @Sendable () -> JournalWriter.Submission?) {
    let isFirst = line.withLock { line in
      line.append(late)
      return line.count == 1
    }
    // Runs only while there is something to look after.
    if isFirst { Task { await self.submitWhatIsLate() } }
  }

  private func submitWhatIsLate() async {
    var watched = line.withLock(\.count)
    while watched > 0 {
      // The machine's time, also where a test holds the clock of the executions.
      try? await ContinuousClock().sleep(for: Self.patience)
      let due = line.withLock { Array($0.prefix(watched)) }
      let late = due.compactMap { $0() }
      if !late.isEmpty { writer.submit(late) }
      watched = line.withLock { line in
        line.removeFirst(due.count)
        return line.count
      }
    }
  }
}
