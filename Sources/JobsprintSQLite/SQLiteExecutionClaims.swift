public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteExecutionClaims: ExecutionClaims {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func claim(
    _ ids: [ExecutionID], for executor: ExecutorID, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    guard !ids.isEmpty else { return [] }
    return try await database.write { connection in
      var claimed: [ClaimedExecution] = []
      var seen: Set<ExecutionID> = []
      for id in ids where seen.insert(id).inserted {
        let claim = ClaimExecution(id: id, executor: executor, now: now, leaseExpiry: leaseExpiry)
        guard let execution = try connection.first(claim) else { continue }
        claimed.append(
          ClaimedExecution(
            id: id, workspace: execution.workspace, workflow: execution.workflow, version: execution.version,
            mode: execution.mode, lane: execution.lane, acceptedAt: execution.acceptedAt, fence: execution.fence,
            input: try connection.first(ReadInput(execution: id)) ?? [],
            entries: try connection.all(ReadJournal(execution: id, workspace: execution.workspace))))
      }
      return claimed
    }
  }

  public func beat(
    _ executor: ExecutorID, holding: [ExecutionID], at now: Timestamp
  ) async throws(PortError) -> [ExecutionID] {
    try await database.write { connection in
      try connection.run(Beat(executor: executor, now: now))
      return try holding.filter { try connection.first(CheckHolder(execution: $0, executor: executor)) == nil }
    }
  }

  public func retire(_ executors: [ExecutorID]?) async throws(PortError) {
    try await database.write { connection in
      guard let executors else {
        try connection.run(RetireAllExecutors())
        try connection.run(ForgetDispatched())
        return
      }
      for executor in executors { try connection.run(RetireExecutor(executor: executor)) }
    }
  }

  public func recoverable(
    at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, limit: Int
  ) async throws(PortError) -> [WakeUp] {
    try await database.write { connection in
      let wakeUps = try connection.all(
        ListRecoverable(now: now, dispatchedBefore: dispatchedBefore, leaseExpiry: leaseExpiry, limit: max(0, limit)))
      for wakeUp in wakeUps { try connection.run(StampDispatched(execution: wakeUp.execution, now: now)) }
      return wakeUps
    }
  }

  public func nextDue(after time: Timestamp, lease: Duration) async throws(PortError) -> Timestamp? {
    try await database.read { try $0.first(NextDue(after: time, lease: lease)) ?? nil }
  }
}
