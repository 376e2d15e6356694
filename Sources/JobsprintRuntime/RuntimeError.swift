public import JobsprintDomain
public import JobsprintPorts

/// Why the flow did not do what was asked.
public struct RuntimeError: Error, Sendable {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case workflowNotFound = "workflow_not_found"
    case workflowMalformed = "workflow_malformed"
    /// The workflow can't run as it is: ``RuntimeError/issues`` says why.
    case workflowNotRunnable = "workflow_not_runnable"
    case workflowArchived = "workflow_archived"
    /// It has changed since the caller read it.
    case workflowChanged = "workflow_changed"
    case versionNotFound = "version_not_found"
    case nodeNotFound = "node_not_found"
    case inputMalformed = "input_malformed"
    case executionNotFound = "execution_not_found"
    case executionEnded = "execution_ended"
    case executionNotEnded = "execution_not_ended"
    case deadLetterNotFound = "dead_letter_not_found"
    /// It was redriven or discarded before.
    case deadLetterSettled = "dead_letter_settled"
    case tagNotFound = "tag_not_found"
    case variableNotFound = "variable_not_found"
    case tooManyVariables = "too_many_variables"
    case credentialNotFound = "credential_not_found"
    /// Its fields are not those of its type: ``RuntimeError/issues`` says which.
    case credentialMalformed = "credential_malformed"
    case credentialTypeNotFound = "credential_type_not_found"
    /// Its secrets can't be opened with the keys that are here.
    case credentialSealed = "credential_sealed"
    /// There are no keys to seal them with.
    case credentialsOff = "credentials_off"
    case apiKeyNotFound = "api_key_not_found"
    case workspaceNotFound = "workspace_not_found"
    case nameTaken = "name_taken"
    /// The idempotency key came with another request before.
    case idempotencyKeyReused = "idempotency_key_reused"
    /// A request with this idempotency key is still being worked on.
    case idempotencyKeyInFlight = "idempotency_key_in_flight"
    /// The store failed: ``RuntimeError/port`` says how.
    case store = "store"
  }

  public let code: Code
  /// What happened, where, and what to do.
  public let message: String
  /// Places in a document.
  public let issues: [WorkflowIssue]
  public let port: PortError?

  public init(_ code: Code, _ message: String, issues: [WorkflowIssue] = []) {
    self.code = code
    self.message = message
    self.issues = issues
    port = nil
  }

  public init(_ port: PortError) {
    code = .store
    message = port.message
    issues = []
    self.port = port
  }
}

/// Runs `body`, giving a failed port's error as the runtime's.
func onStore<Result>(
  _ body: () async throws(PortError) -> Result
) async throws(RuntimeError) -> Result {
  do { return try await body() } catch { throw RuntimeError(error) }
}
