public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresExecutionClaims: ExecutionClaims {
  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  public func claim(
    _ ids: [ExecutionID], for executor: ExecutorID, at now: Timestamp, leaseExpiry: Timestamp
  ) async throws(PortError) -> [ClaimedExecution] {
    guard !ids.isEmpty else { return [] }
    let statement = ClaimExecutions(ids: Array(Set(ids)), executor: executor, now: now, leaseExpiry: leaseExpiry)
    return try await storage.attempt {
      var claimed: [ClaimedExecution] = []
      var claims: [ClaimExecutions.Claim] = []
      do {
        try await storage.database.primary.transaction(setting: PostgresRole.claimer.settings()) { transaction in
          // What is claimed is read before the claim is committed: nobody holds what he could not read.
          claims = try await transaction.query(statement)
          claimed = try await read(claims, for: executor, in: transaction)
        }
      } catch let error as PostgresError where error.outcome == .unknown && !claims.isEmpty {
        // The answer to the commit was lost: what stands of the claims tells.
        let held = try await confirm(claims, for: executor)
        guard !held.isEmpty else { throw error }
        claimed.removeAll { !held.contains($0.id) }
      }
      let places = Dictionary(zip(ids, ids.indices), uniquingKeysWith: { first, _ in first })
      return claimed.sorted { places[$0.id, default: 0] < places[$1.id, default: 0] }
    }
  }

  private func confirm(
    _ claims: [ClaimExecutions.Claim], for executor: ExecutorID
  ) async throws(PortError) -> Set<ExecutionID> {
    do {
      return Set(try await storage.write(ConfirmClaims(claims: claims, executor: executor), as: .claimer))
    } catch {
      for claim in claims {
        storage.doubts.add(claim.id, in: claim.workspace, fence: Fence(term: claim.term, executor: executor))
      }
      throw error
    }
  }

  private func read(
    _ claims: [ClaimExecutions.Claim], for executor: ExecutorID, in transaction: PostgresTransaction
  ) async throws -> [ClaimedExecution] {
    guard !claims.isEmpty else { return [] }
    var pipeline = PostgresPipeline()
    try pipeline.add(ReadOn(role: .api, workspaces: Set(claims.map(\.workspace))))
    let reading = try pipeline.add(ReadAccepted(claims: claims))
    let journals = try pipeline.add(ReadJournals(ids: claims.map(\.id)))
    let results = try await transaction.run(pipeline, name: "claims.read")
    var packs: [ExecutionID: [[UInt8]]] = [:]
    for (id, pack) in try results.decode(journals) { packs[id, default: []].append(pack) }
    let terms = Dictionary(claims.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return try results.decode(reading).compactMap { accepted in
      guard let claim = terms[accepted.id] else { return nil }
      return ClaimedExecution(
        id: accepted.id, workspace: claim.workspace, workflow: accepted.workflow, version: accepted.version,
        mode: accepted.mode, lane: accepted.lane, acceptedAt: accepted.acceptedAt,
        fence: Fence(term: claim.term, executor: executor), input: accepted.input,
        entries: try JournalPack.journal(of: packs[accepted.id] ?? []))
    }
  }

  public func beat(
    _ executor: ExecutorID, holding: [ExecutionID], at now: Timestamp
  ) async throws(PortError) -> [ExecutionID] {
    let lost = try await storage.write(Beat(executor: executor, now: now, holding: holding), as: .claimer)
    // Where it fails they stay in doubt until the next beat.
    try? await storage.journal.giveBack()
    return lost
  }

  public func retire(_ executors: [ExecutorID]?) async throws(PortError) {
    if let executors {
      _ = try await storage.write(RetireExecutors(executors: executors), as: .claimer)
    } else {
      _ = try await storage.write(RetireAll(), as: .claimer)
    }
  }

  public func recoverable(
    at now: Timestamp, dispatchedBefore: Timestamp, leaseExpiry: Timestamp, lineLimit: Int, limit: Int
  ) async throws(PortError) -> [WakeUp] {
    try await storage.write(
      StampRecoverable(
        now: now, dispatchedBefore: dispatchedBefore, leaseExpiry: leaseExpiry, limit: max(0, limit),
        lineLimit: lineLimit),
      as: .claimer
    ).sorted { $0.execution < $1.execution }
  }

  public func backlog(since time: Timestamp, limit: Int) async throws(PortError) -> [DispatchLine: Int] {
    let lines = try await storage.read(CountBacklog(since: time, limit: limit), as: .claimer, in: [])
    return Dictionary(lines.map { ($0.line, $0.count) }) { $1 }
  }

  public func nextDue(
    after time: Timestamp, lease: Duration, turn: Duration
  ) async throws(PortError) -> Timestamp? {
    try await storage.read(NextDue(after: time, lease: lease, turn: turn), as: .claimer, in: []).first ?? nil
  }
}
