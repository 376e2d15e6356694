import JobsprintDomain

/// Under which role a transaction runs, and for which workspaces: settings that end with it, so that connections can be
/// shared by all roles, also behind PgBouncer.
enum PostgresRole: String {
  /// What users ask for.
  case api = "jobsprint_api"
  /// The pen.
  case journal = "jobsprint_journal"
  /// Ids and states of all executions.
  case claimer = "jobsprint_claimer"
  /// Housekeeping and the operator.
  case keeper = "jobsprint_keeper"

  func settings(_ workspaces: some Sequence<WorkspaceID> = []) -> [String: String] {
    var settings = [
      "role": rawValue,
      "jobsprint.workspaces": "{" + workspaces.map(\.description).joined(separator: ",") + "}",
      // Arrays make every call look different; a plan for each would cost more than the statement.
      "plan_cache_mode": "force_generic_plan",
      // The live table, and the partition of a new week, are empty at one moment and large a minute later, while a plan
      // stays until statistics are gathered anew.
      "enable_seqscan": "off",
      // Its costs of what is off, as when a table of a few rows is read, look as if compiling the plan would pay (0.2
      // s).
      "jit": "off",
    ]
    // A claim that a crash of the server takes back is one that was never made: whoever held it finds its fence void,
    // and what he appended meanwhile, with a commit that is waited for, has made the claim durable with it.
    if self == .claimer { settings["synchronous_commit"] = "off" }
    return settings
  }
}
