// The accept of an execution that its own process has begun to run already (docs/decisions/0017). It is written
// together with the first thing that is journaled of the execution, or by itself when that takes too long: until then
// nothing of the execution can be seen outside, and nobody was told of it.

import JobsprintDomain
import JobsprintPorts
import Synchronization

final class PendingAccept: Sendable {
  /// What became of an accept.
  struct Answer: Sendable {
    let outcome: Result<JournalOutcome, PortError>
    /// The execution's end, where that was committed with it.
    var end: JournalAppend?
  }

  struct Turn: Sendable {
    let write: JournalWrite
    let answer: @Sendable (Answer) -> Void
  }

  private let turn: Mutex<Turn?>

  /// - Parameter answer: called once; must not block.
  init(_ new: NewExecution, answer: @escaping @Sendable (Answer) -> Void) {
    turn = Mutex(Turn(write: .accept(new), answer: answer))
  }

  /// Whoever takes it has to submit it, or to answer it; nil when somebody has taken it.
  func take() -> Turn? { turn.withLock { $0.take() } }
}

/// Submits accepts whose executions take too long to journal anything.
final class AcceptPatience: Sendable {
  /// Three nodes that only shape data take 0.2 ms; whoever waits for the answer to a longer execution's accept gets it
  /// that much later at most, twice over.
  private static let patience: Duration = .milliseconds(5)

  private let writer: JournalWriter
  private let line = Mutex<[PendingAccept]>([])

  init(writer: JournalWriter) { self.writer = writer }

  func watch(_ accept: PendingAccept) {
    let isFirst = line.withLock { line in
      line.append(accept)
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
      let late = line.withLock { Array($0.prefix(watched)) }
      writer.submit(
        late.compactMap { $0.take() }.map { turn in
          JournalWriter.Submission(write: turn.write) { turn.answer(PendingAccept.Answer(outcome: $0)) }
        })
      watched = line.withLock { line in
        line.removeFirst(late.count)
        return line.count
      }
    }
  }
}
