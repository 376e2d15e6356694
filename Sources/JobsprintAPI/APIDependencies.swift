public import JobsprintAccess
public import JobsprintPorts
public import JobsprintRuntime

/// What the API is made of: writing goes to the runtime, reading to the ports.
public struct APIDependencies: Sendable {
  let acceptor: Acceptor
  let executionControl: ExecutionControl
  let workflowEditor: WorkflowEditor
  let tagEditor: TagEditor
  let workflows: any WorkflowStore
  let executions: any ExecutionStore
  let tags: any TagStore
  let library: NodeLibrary
  let authenticator: APIKeyAuthenticator
  let clock: any WallClock
  let keysInFlight = IdempotencyKeysInFlight()

  public init(
    acceptor: Acceptor, executionControl: ExecutionControl, workflowEditor: WorkflowEditor, tagEditor: TagEditor,
    workflows: any WorkflowStore, executions: any ExecutionStore, tags: any TagStore, library: NodeLibrary,
    authenticator: APIKeyAuthenticator, clock: any WallClock
  ) {
    self.acceptor = acceptor
    self.executionControl = executionControl
    self.workflowEditor = workflowEditor
    self.tagEditor = tagEditor
    self.workflows = workflows
    self.executions = executions
    self.tags = tags
    self.library = library
    self.authenticator = authenticator
    self.clock = clock
  }
}
