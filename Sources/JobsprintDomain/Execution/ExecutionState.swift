/// The states of an execution, with n8n's names on the API.
public enum ExecutionState: String, Sendable, Hashable, CaseIterable {
  /// Accepted, claimed by nobody yet.
  case new
  case running
  /// Waits on purpose: a timer.
  case waiting
  case success
  case error
  case canceled
  /// Given up because the platform, not the workflow, failed.
  case crashed

  /// No edge leads out of a terminal state.
  public var isTerminal: Bool {
    switch self {
    case .new, .running, .waiting: false
    case .success, .error, .canceled, .crashed: true
    }
  }
}

/// What started an execution, with n8n's names.
public enum ExecutionMode: String, Sendable, Hashable {
  case manual, trigger, webhook, retry, cli
}

/// Priority of an execution.
public enum Lane: String, Sendable, Hashable, CaseIterable {
  case high, normal, low
}
