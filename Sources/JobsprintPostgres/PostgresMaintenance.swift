// What somebody has to do now and then: any process may, as often as it likes; who comes second leaves.

public import JobsprintDomain
public import JobsprintPorts
import Postgres

public struct PostgresMaintenance: Sendable {
  /// Nobody waits for it, and a week of rows takes its time.
  private static let limit: Duration = .seconds(60)

  private let storage: PostgresStorage

  init(_ storage: PostgresStorage) { self.storage = storage }

  /// Makes the partitions of the next weeks and months, and forgets executors that have been silent for a day. For
  /// every hour; without it rows go to the default partitions, from which the next call moves them.
  /// - Returns: how many partitions were made; nil when another process was just at it.
  public func prepare(at now: Timestamp) async throws(PortError) -> Int? {
    _ = try await storage.write(ForgetExecutors(time: now - .seconds(86_400)), as: .claimer)
    return try await storage.write(MakePartitions(now: now), as: .keeper, limit: Self.limit).first ?? nil
  }

  /// Completes the ends of executions that an older program has written, so that lists find them by their workflow.
  /// - Returns: how many of at most `limit`; fewer when it is done.
  public func completeEnds(limit: Int) async throws(PortError) -> Int {
    try await storage.write(CompleteEnds(limit: max(0, limit)), as: .keeper, limit: Self.limit).count
  }

  /// Drops the weeks of executions that end before a time and in which nothing lives: the shortest retention that all
  /// workspaces share.
  /// - Returns: the names of the dropped partitions.
  public func dropPartitions(before time: Timestamp) async throws(PortError) -> [String] {
    try await storage.write(DropPartitions(before: time), as: .keeper, limit: Self.limit)
  }

  /// Removes what retention leaves in weeks that could not be dropped, because something lives in them, and outside of
  /// all weeks: ended executions of all workspaces that were accepted before a time, at most `limit`.
  /// - Returns: how many; fewer than `limit` when it is done.
  public func expireLeftovers(before time: Timestamp, limit: Int) async throws(PortError) -> Int {
    // A week that has not ended yet by then will be dropped as a whole.
    let end = ExecutionID(first: time - .seconds(7 * 86_400))
    let expiry = ExpireLeftovers(before: end, limit: max(0, limit))
    return try await storage.write(expiry, as: .keeper, limit: Self.limit).count
  }

  /// Removes the oldest ended executions of a workspace that were accepted before a time, at most `limit`.
  /// - Returns: how many; fewer than `limit` when it is done.
  public func expire(
    before time: Timestamp, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> Int {
    let expiry = ExpireExecutions(workspace: workspace, before: ExecutionID(first: time), limit: max(0, limit))
    return try await storage.write(expiry, as: .keeper, in: [workspace], limit: Self.limit).count
  }
  /// Removes dead letters of a workspace that were redriven or discarded before a time, at most `limit`.
  /// - Returns: how many; fewer than `limit` when it is done.
  public func expireLetters(
    before time: Timestamp, in workspace: WorkspaceID, limit: Int
  ) async throws(PortError) -> Int {
    let expiry = ExpireLetters(workspace: workspace, before: time, limit: max(0, limit))
    return try await storage.write(expiry, as: .keeper, in: [workspace], limit: Self.limit).count
  }
}
