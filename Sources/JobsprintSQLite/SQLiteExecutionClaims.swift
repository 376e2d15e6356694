public import JobsprintDomain
public import JobsprintPorts

public struct SQLiteExecutionClaims: ExecutionClaims {
  private let database: SQLiteDatabase

  public init(_ database: SQLiteDatabase) { self.database = database }

  public func claim(
    _ wakeUps: [WakeUp], for executor: ExecutorID, carrying tags: WorkerTags, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    guard !wakeUps.isEmpty else { return [] }
    return try await database.write { connection in
      var claimed: [ClaimedExecution] = []
      var seen: Set<ExecutionID> = []
      for id in wakeUps.map(\.execution) where seen.insert(id).inserted {
        let claim = ClaimExecution(id: id, executor: executor, now: now, leaseExpiry: leaseExpiry, tags: tags)
        guard let execution = try connection.first(claim) else { continue }
        claimed.append(
          ClaimedExecution(
            id: id, workspace: execution.workspace, workflow: execution.workflow, version: execution.version,
            mode: execution.mode, lane: execution.lane, acceptedAt: execution.acceptedAt,
            startedAt: execution.startedAt, fence: execution.fence,
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
    carrying tags: WorkerTags, at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int,
    limit: Int
  ) async throws(PortError) -> [WakeUp] {
    try await database.write { connection in
      var next = try connection.all(
        ListLate(
          now: now, dispatchedBefore: dispatchedBefore, leaseExpiry: leaseExpiry, limit: max(0, limit), tags: tags))
      let room = max(0, limit - next.count)
      let onTheirWay = try Self.dispatched(since: dispatchedBefore, in: connection)
      let held = try connection.all(ListHeldLines()).filter { tags.carries($0.tag) }.map { line in
        let room = min(room, max(0, lineLimit - onTheirWay[line, default: 0]))
        return try connection.all(ListHeld(line: line, limit: room))
      }
      let limited = try connection.all(ListLimitedWorkflows()).map { workflow in
        try connection.all(ListLimited(workflow: workflow, now: now, limit: room, tags: tags))
      }
      let rooms = try Self.rooms(at: now, in: connection)
      let due = try rooms.keys.sorted().map { workspace in
        try connection.all(
          ListDueInLimit(workspace: workspace, now: now, limit: min(room, rooms[workspace] ?? 0), tags: tags))
      }
      let lines = (held + limited + due).filter { !$0.isEmpty }.sorted { $0[0].execution < $1[0].execution }
      next += lines.inTurns(upTo: room, withRoom: rooms, by: \.workspace)
      for wakeUp in next { try connection.run(StampDispatched(execution: wakeUp.execution, now: now)) }
      return next.sorted { $0.execution < $1.execution }
    }
  }

  /// What the limits of workspaces leave over; of those that have one.
  private static func rooms(at now: Timestamp, in connection: Connection) throws -> [WorkspaceID: Int] {
    let limits = try connection.all(ListWorkspaceLimits())
    guard !limits.isEmpty else { return [:] }
    let busy = Dictionary(try connection.all(CountBusy(now: now)).map { ($0.workspace, $0.count) }) { $1 }
    return Dictionary(limits.map { ($0.workspace, max(0, $0.limit - busy[$0.workspace, default: 0])) }) { $1 }
  }

  public func backlog(since time: Timestamp, limit: Int) async throws(PortError) -> [DispatchLine: Int] {
    try await database.read { connection in
      let held = try connection.all(ListHeldLines()).map { line in
        (line, try connection.all(ListHeld(line: line, limit: limit)).count)
      }
      return try Self.dispatched(since: time, in: connection).merging(held, uniquingKeysWith: +)
    }
  }

  private static func dispatched(since time: Timestamp, in connection: Connection) throws -> [DispatchLine: Int] {
    Dictionary(try connection.all(CountDispatched(since: time)).map { ($0.line, $0.count) }) { $1 }
  }

  public func nextDue(
    after time: Timestamp, carrying tags: WorkerTags, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp? {
    try await database.read { try $0.first(NextDue(after: time, lease: lease, turn: turn, tags: tags)) ?? nil }
  }
}
