public import JobsprintAccess
public import JobsprintPorts
public import JobsprintRuntime

/// What the API is made of: writing goes to the runtime, reading to the ports.
public struct APIDependencies: Sendable {
  let acceptor: Acceptor
  let executionControl: ExecutionControl
  let deadLetterOffice: DeadLetterOffice
  let workflowEditor: WorkflowEditor
  let tagEditor: TagEditor
  let variableEditor: VariableEditor
  let credentialEditor: CredentialEditor
  let apiKeyEditor: APIKeyEditor
  let workspaceEditor: WorkspaceEditor
  let workflows: any WorkflowStore
  let executions: any ExecutionStore
  let deadLetters: any DeadLetterStore
  let tags: any TagStore
  let variables: any VariableStore
  let credentials: any CredentialStore
  let apiKeys: any APIKeyStore
  let workspaces: any WorkspaceStore
  let audit: any AuditLog
  let idempotency: any IdempotencyStore
  let library: NodeLibrary
  let authenticator: Authenticator
  let accounts: AccountOffice
  let identities: IdentityOffice
  let serviceAccounts: ServiceAccountOffice
  let sessions: SessionOffice
  let limits: RequestLimits
  let feed: any EventFeed
  let clock: any WallClock
  /// In Prometheus's text format.
  let metrics: @Sendable () -> String
  let keysInFlight = IdempotencyKeysInFlight()
  let refusals = RefusalNotes()

  public init(
    acceptor: Acceptor, executionControl: ExecutionControl, deadLetterOffice: DeadLetterOffice,
    workflowEditor: WorkflowEditor, tagEditor: TagEditor, variableEditor: VariableEditor,
    credentialEditor: CredentialEditor,
    apiKeyEditor: APIKeyEditor, workspaceEditor: WorkspaceEditor,
    workflows: any WorkflowStore, executions: any ExecutionStore, deadLetters: any DeadLetterStore,
    tags: any TagStore, variables: any VariableStore, credentials: any CredentialStore,
    apiKeys: any APIKeyStore, workspaces: any WorkspaceStore, audit: any AuditLog,
    idempotency: any IdempotencyStore,
    library: NodeLibrary, authenticator: Authenticator, accounts: AccountOffice,
    identities: IdentityOffice, serviceAccounts: ServiceAccountOffice, sessions: SessionOffice,
    limits: RequestLimits, feed: any EventFeed, clock: any WallClock, metrics: @escaping @Sendable () -> String
  ) {
    self.acceptor = acceptor
    self.executionControl = executionControl
    self.deadLetterOffice = deadLetterOffice
    self.workflowEditor = workflowEditor
    self.tagEditor = tagEditor
    self.variableEditor = variableEditor
    self.credentialEditor = credentialEditor
    self.apiKeyEditor = apiKeyEditor
    self.workspaceEditor = workspaceEditor
    self.workflows = workflows
    self.executions = executions
    self.deadLetters = deadLetters
    self.tags = tags
    self.variables = variables
    self.credentials = credentials
    self.apiKeys = apiKeys
    self.workspaces = workspaces
    self.audit = audit
    self.idempotency = idempotency
    self.library = library
    self.authenticator = authenticator
    self.accounts = accounts
    self.identities = identities
    self.serviceAccounts = serviceAccounts
    self.sessions = sessions
    self.limits = limits
    self.feed = feed
    self.clock = clock
    self.metrics = metrics
  }
}
