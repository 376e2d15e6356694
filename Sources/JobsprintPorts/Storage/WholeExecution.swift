public import JobsprintDomain

/// An execution that is accepted, and ended with success by who accepted it, in two writes that stand one right behind
/// the other. Nobody ever sees it running, so a store may write it as one; both writes are committed then.
public struct WholeExecution: Sendable {
  public let accepted: NewExecution
  public let lastNode: String?
  public let finishedAt: Timestamp
  public let entries: [JournalEntry]

  /// nil where that is not so, or something hangs on one of the two writes that others may meet.
  fileprivate init?(_ accepted: NewExecution, _ end: JournalAppend) {
    guard let executor = accepted.claimedBy, end.execution == accepted.id, end.workspace == accepted.workspace,
      end.fence == Fence(term: 1, executor: executor),
      case .finish(.success, error: nil, let lastNode, let time, deadLetter: nil) = end.transition,
      accepted.idempotency == nil, accepted.entries.isEmpty, !accepted.waitsForLimit, end.staticData == nil
    else { return nil }
    self.accepted = accepted
    self.lastNode = lastNode
    finishedAt = time
    entries = end.entries
  }
}

extension [JournalWrite] {
  /// What the write at a place is together with the one behind it.
  public func whole(at place: Int) -> WholeExecution? {
    guard place + 1 < count, case .accept(let accepted) = self[place], case .append(let end) = self[place + 1] else {
      return nil
    }
    return WholeExecution(accepted, end)
  }
}
