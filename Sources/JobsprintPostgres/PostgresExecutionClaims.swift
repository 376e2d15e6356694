public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresExecutionClaims: ExecutionClaims {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func claim(
    _ wakeUps: [WakeUp], for executor: ExecutorID, carrying tags: WorkerTags, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    guard !wakeUps.isEmpty else { return [] }
    let places = Dictionary(wakeUps.enumerated().map { ($1.execution, $0) }, uniquingKeysWith: { first, _ in first })
    let wakeUps = wakeUps.enumerated().filter { places[$1.execution] == $0 }.map(\.element)
    let ids = wakeUps.map(\.execution)
    let claim = ClaimExecutions(ids: ids, executor: executor, now: now, leaseExpiry: leaseExpiry, tags: tags)
    let claimed = try await storage.attempt {
      do { return try await take(claim, wakeUps, for: executor) } catch let error as PostgresError
        where error.outcome == .unknown
      {
        // The answer was lost: what the executor holds tells what stands of the claim.
        do { return try await take(ConfirmClaims(ids: ids, executor: executor), wakeUps, for: executor) } catch {
          storage.doubts.add(claims: ids, of: executor)
          throw error
        }
      }
    }
    return claimed.sorted { places[$0.id, default: 0] < places[$1.id, default: 0] }
  }

  /// Claims and reads in one round trip: what can't be claimed is read for nothing, which is seldom. Journals are read
  /// in another, since hardly any execution has one when it is claimed.
  private func take<S: PostgresStatement>(
    _ statement: S, _ wakeUps: [WakeUp], for executor: ExecutorID
  ) async throws -> [ClaimedExecution] where S.Row == ClaimExecutions.Claim {
    var pipeline = PostgresPipeline()
    let claiming = try pipeline.add(statement)
    try pipeline.add(ReadOn(role: .api, workspaces: Set(wakeUps.map(\.workspace))))
    let reading = try pipeline.add(ReadAccepted(wakeUps: wakeUps))
    let results = try await storage.database.primary.transaction(
      pipeline, name: S.name, setting: PostgresRole.claimer.settings())
    var claims = Dictionary(try results.decode(claiming).map { ($0.id, $0) }) { first, _ in first }
    // Nobody holds what he could not read.
    defer {
      for claim in claims.values {
        storage.doubts.add(claim.id, in: claim.workspace, fence: Fence(term: claim.term, executor: executor))
      }
    }
    var packs: [ExecutionID: [[UInt8]]] = [:]
    let begun = claims.values.filter { $0.packs > 0 }
    if !begun.isEmpty {
      let journals = ReadJournals(ids: begun.map(\.id))
      let workspaces = Set(begun.map(\.workspace))
      for (id, pack) in try await storage.read(journals, in: Array(workspaces)) { packs[id, default: []].append(pack) }
    }
    let claimed: [ClaimedExecution] = try results.decode(reading).compactMap { accepted in
      guard let claim = claims[accepted.id] else { return nil }
      return ClaimedExecution(
        id: accepted.id, workspace: claim.workspace, workflow: accepted.workflow, version: accepted.version,
        mode: accepted.mode, lane: accepted.lane, acceptedAt: accepted.acceptedAt, startedAt: claim.startedAt,
        fence: Fence(term: claim.term, executor: executor), input: accepted.input,
        entries: try JournalPack.journal(of: packs[accepted.id] ?? []))
    }
    for execution in claimed { claims[execution.id] = nil }
    return claimed
  }

  public func beat(
    _ executor: ExecutorID, holding: [ExecutionID], at now: Timestamp
  ) async throws(PortError) -> [ExecutionID] {
    let lost = try await storage.write(Beat(executor: executor, now: now, holding: holding), as: .claimer)
    // Where it fails they stay in doubt until the next beat.
    try? await confirmDoubts(of: executor, holding: holding)
    try? await storage.journal.giveBack()
    return lost
  }

  /// Of the claims whose answers were lost, those that stand are given back: the executor doesn't run them.
  private func confirmDoubts(of executor: ExecutorID, holding: [ExecutionID]) async throws(PortError) {
    let ids = Array(storage.doubts.claims(of: executor).subtracting(holding))
    guard !ids.isEmpty else { return }
    for claim in try await storage.write(ConfirmClaims(ids: ids, executor: executor), as: .claimer) {
      storage.doubts.add(claim.id, in: claim.workspace, fence: Fence(term: claim.term, executor: executor))
    }
    storage.doubts.settled(claims: ids)
  }

  public func retire(_ executors: [ExecutorID]?) async throws(PortError) {
    if let executors {
      _ = try await storage.write(RetireExecutors(executors: executors), as: .claimer)
    } else {
      _ = try await storage.write(RetireAll(), as: .claimer)
    }
  }

  public func recoverable(
    carrying tags: WorkerTags, at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int,
    limit: Int
  ) async throws(PortError) -> [WakeUp] {
    try await storage.write(
      StampRecoverable(
        now: now, dispatchedBefore: dispatchedBefore, leaseExpiry: leaseExpiry, limit: max(0, limit),
        lineLimit: lineLimit, tags: tags),
      as: .claimer
    ).sorted { $0.execution < $1.execution }
  }

  public func backlog(since time: Timestamp, limit: Int) async throws(PortError) -> [DispatchLine: Int] {
    let lines = try await storage.read(CountBacklog(since: time, limit: limit), as: .claimer, in: [])
    return Dictionary(lines.map { ($0.line, $0.count) }) { $1 }
  }

  public func nextDue(
    after time: Timestamp, carrying tags: WorkerTags, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp? {
    let statement = NextDue(after: time, lease: lease, turn: turn, tags: tags)
    return try await storage.read(statement, as: .claimer, in: []).first ?? nil
  }
}
