public import JobsprintDomain
public import JobsprintPorts

public struct MemoryDeadLetterStore: DeadLetterStore {
  private let store: MemoryStore

  public init(_ store: MemoryStore) { self.store = store }

  public func letter(of execution: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> DeadLetter? {
    store.withState { state in state.deadLetters[MemoryState.Key(workspace: workspace, id: execution)] }
  }

  public func letters(
    matching filter: DeadLetterFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<DeadLetter> {
    store.withState { state in
      let matching = state.deadLetters.values.filter { $0.workspace == workspace && filter.matches($0) }
      return Page(newestFirst: matching, of: page, key: \.execution) { $0.error?.count ?? 0 }
    }
  }

  public func settle(
    _ execution: ExecutionID, in workspace: WorkspaceID, as settlement: DeadLetterSettlement, at time: Timestamp,
    recording record: ChangeRecord
  ) async throws(PortError) -> UpdateOutcome<DeadLetter> {
    try store.withState { state throws(PortError) in
      let key = MemoryState.Key(workspace: workspace, id: execution)
      guard var letter = state.deadLetters[key] else { return .notFound }
      guard letter.status == .open else { return .changed(letter) }
      try state.note(record)
      letter.status = settlement.status
      letter.redrivenAs = settlement.execution
      letter.settledAt = time
      state.deadLetters[key] = letter
      return .updated(letter)
    }
  }
}

extension DeadLetterFilter {
  fileprivate func matches(_ letter: DeadLetter) -> Bool {
    (workflow.map { $0 == letter.workflow } ?? true) && (reason.map { $0 == letter.reason } ?? true)
      && (status.map { $0 == letter.status } ?? true)
  }
}
