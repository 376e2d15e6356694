/// One database under two addresses: the server that takes writes, and one that may lag behind it, for lists and
/// searches.
///
///     let database = PostgresDatabase(primary: try PostgresOptions(url), replica: try PostgresOptions(replicaURL))
///     async let running: Void = database.run()
///     try await database.primary.execute(RenameWorkflow(id: id, name: name))
///     let page = try await database.replica.query(ListWorkflows(after: cursor))
///
/// Where the replica shall be replaced by the primary while it's away, name both in its address:
/// `host=replica,primary target_session_attrs=prefer-standby`.
public final class PostgresDatabase: Sendable {
  public let primary: PostgresPool
  /// The primary's own pool where no second address was given.
  public let replica: PostgresPool

  /// - Parameter replica: its sessions refuse to write (SQLSTATE 25006), whatever server they reach. (Not without
  ///   session state, where the server that is reached has to refuse.)
  public init(primary: PostgresOptions, replica: PostgresOptions? = nil) {
    self.primary = PostgresPool(primary)
    guard var replica else {
      self.replica = self.primary
      return
    }
    if replica.preparedStatements > 0 {
      let own = "-c default_transaction_read_only=on"
      replica.parameters["options"] = replica.parameters["options"].map { "\($0) \(own)" } ?? own
    }
    self.replica = PostgresPool(replica)
  }

  /// Serves until the task is cancelled, as `PostgresPool.run()`.
  public func run() async {
    guard replica !== primary else { return await primary.run() }
    async let reading: Void = replica.run()
    await primary.run()
    await reading
  }
}
