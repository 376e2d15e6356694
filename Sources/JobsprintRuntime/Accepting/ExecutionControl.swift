public import JobsprintDomain
public import JobsprintPorts

/// Ending executions from outside, and removing them.
public struct ExecutionControl: Sendable {
  private let executions: any ExecutionStore
  private let writer: JournalWriter
  private let clock: any WallClock
  private let note: ChangeNote

  public init(
    executions: any ExecutionStore, writer: JournalWriter, clock: any WallClock,
    ids: IdentifierSource
  ) {
    self.executions = executions
    self.writer = writer
    self.clock = clock
    note = ChangeNote(clock: clock, ids: ids)
  }

  /// Ends an execution at once, wherever it is. Its holder's fence is void from then on.
  public func cancel(_ id: ExecutionID, in workspace: WorkspaceID) async throws(RuntimeError) {
    let cancellation = Cancellation(execution: id, workspace: workspace, at: clock.now)
    switch try await onStore({ () async throws(PortError) in try await writer.write(.cancel(cancellation)) }) {
    case .notFound: throw notFound(id)
    case .alreadyEnded(let state):
      throw RuntimeError(.executionEnded, "The execution has ended already: \(state.rawValue).")
    case .committed, .fenced, .replayed: break
    }
  }

  /// Ends every execution that matches and has not ended; how many were ended.
  public func cancelAll(
    matching filter: ExecutionFilter, in workspace: WorkspaceID
  ) async throws(RuntimeError) -> Int {
    var filter = filter
    let open: Set<ExecutionState> = [.new, .running, .waiting]
    filter.states = filter.states.isEmpty ? open : filter.states.intersection(open)
    guard !filter.states.isEmpty else { return 0 }
    var (canceled, last) = (0, ExecutionID?.none)
    while true {
      let request = PageRequest(after: last, limit: 250)
      let (matching, page) = (filter, request)
      let found = try await onStore { () async throws(PortError) in
        try await executions.executions(matching: matching, in: workspace, page: page)
      }
      for execution in found.elements {
        do {
          try await cancel(execution.id, in: workspace)
          canceled += 1
        } catch {
          // Ended or removed meanwhile: nothing left to do.
          guard error.code == .executionEnded || error.code == .executionNotFound else { throw error }
        }
      }
      last = found.elements.last?.id
      guard found.hasMore, last != nil else { return canceled }
    }
  }

  /// Removes an ended execution with its journal.
  public func delete(_ id: ExecutionID, by caller: Caller) async throws(RuntimeError) -> ExecutionRecord {
    let workspace = caller.workspace
    let record = note.record(.executionDeleted, of: id, by: caller)
    let removed = try await onStore { () async throws(PortError) in
      try await executions.delete(id, in: workspace, recording: record)
    }
    if let removed { return removed }
    let present = try await onStore { () async throws(PortError) in
      try await executions.execution(id, in: workspace)
    }
    guard let present else { throw notFound(id) }
    throw RuntimeError(
      .executionNotEnded, "The execution is \(present.state.rawValue). Stop it before you delete it.")
  }

  private func notFound(_ id: ExecutionID) -> RuntimeError {
    RuntimeError(.executionNotFound, "There is no execution \(id) in this workspace.")
  }
}
