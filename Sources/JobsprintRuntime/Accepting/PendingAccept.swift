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

  /// The accept by itself; nil when somebody has taken it.
  func late() -> JournalWriter.Submission? {
    take().map { turn in
      JournalWriter.Submission(write: turn.write) { turn.answer(Answer(outcome: $0)) }
    }
  }
}
