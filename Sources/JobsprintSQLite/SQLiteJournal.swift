import JobsprintDomain
public import JobsprintPorts

/// The pen's side of the executions. One commit is one transaction, and one wait for the disk.
public struct SQLiteJournal: Journal {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func commit(_ writes: [JournalWrite]) async throws(PortError) -> [JournalOutcome] {
    guard !writes.isEmpty else { return [] }
    return try await database.write { connection in
      var outcomes: [JournalOutcome] = []
      outcomes.reserveCapacity(writes.count)
      var ended: Int?
      for (place, write) in writes.enumerated() where place != ended {
        if let whole = writes.whole(at: place) {
          try connection.store(whole)
          outcomes += [.committed, .committed]
          ended = place + 1
          continue
        }
        switch write {
        case .accept(let execution): outcomes.append(try connection.accept(execution))
        case .append(let append): outcomes.append(try connection.append(append))
        case .cancel(let cancellation): outcomes.append(try connection.cancel(cancellation))
        }
      }
      return outcomes
    }
  }
}

// Every guard comes before the first row of its write, so that a write that is turned away needs no savepoint.
extension Connection {
  fileprivate func accept(_ execution: NewExecution) throws -> JournalOutcome {
    if let record = execution.idempotency, let used = try insertUnlessUsed(record) { return .replayed(used) }
    try run(InsertExecution(execution: execution))
    try insertData(of: execution)
    return .committed
  }

  private func insertData(of execution: NewExecution) throws {
    if !execution.input.isEmpty {
      try run(InsertInput(execution: execution.id, workspace: execution.workspace, input: execution.input))
    }
    for entry in execution.entries {
      try insert(InsertFinishedEntry(execution: execution.id, workspace: execution.workspace, entry: entry))
    }
  }

  /// Saves its row the second change.
  fileprivate func store(_ whole: WholeExecution) throws {
    let execution = whole.accepted
    try run(InsertExecution(execution: execution, end: (whole.lastNode, whole.finishedAt)))
    try insertData(of: execution)
    for entry in whole.entries {
      try insert(InsertFinishedEntry(execution: execution.id, workspace: execution.workspace, entry: entry))
    }
  }

  fileprivate func append(_ append: JournalAppend) throws -> JournalOutcome {
    // Where it claims, its fence holds.
    if let time = append.claimedAt, append.fence.term == 1 { try run(ClaimByAppend(append: append, time: time)) }
    guard try move(append) else { return .fenced }
    for entry in append.entries {
      try insert(InsertFinishedEntry(execution: append.execution, workspace: append.workspace, entry: entry))
    }
    if case .finish(_, let error?, _, _, _) = append.transition {
      try run(InsertError(execution: append.execution, workspace: append.workspace, error: error))
    }
    if case .finish(_, _, _, _, let reason?) = append.transition {
      try run(BuryExecution(append: append, reason: reason))
    }
    if case .finish = append.transition, let change = append.staticData {
      for datum in change.values {
        try run(KeepStaticData(workspace: append.workspace, workflow: change.workflow, datum: datum))
      }
    }
    return .committed
  }

  /// False when the fence does not hold.
  private func move(_ append: JournalAppend) throws -> Bool {
    switch append.transition {
    case .none: return try first(CheckFence(append: append)) != nil
    case .wait(let until): return try run(WaitExecution(append: append, until: until)) == 1
    case .handBack: return try run(HandBackExecution(append: append)) == 1
    case .finish(let state, _, let lastNode, let time, _):
      guard state.isTerminal else {
        throw PortError(.refused, "An execution can't end as '\(state.rawValue)'. End it with a terminal state.")
      }
      return try run(FinishExecution(append: append, state: state, lastNode: lastNode, time: time)) == 1
    }
  }

  fileprivate func cancel(_ cancellation: Cancellation) throws -> JournalOutcome {
    guard try run(CancelExecution(cancellation: cancellation)) == 1 else {
      let state = try first(StateOfExecution(execution: cancellation.execution, workspace: cancellation.workspace))
      return state.map { .alreadyEnded($0) } ?? .notFound
    }
    if let error = cancellation.error {
      try run(InsertError(execution: cancellation.execution, workspace: cancellation.workspace, error: error))
    }
    return .committed
  }

  private func insert(_ entry: InsertFinishedEntry) throws {
    if entry.entry.kind == .finished { try run(entry) } else { try run(NoteUnfinishedEntry(insertion: entry)) }
  }
}
