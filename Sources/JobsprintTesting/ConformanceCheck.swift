// The conformance suites say in code what the ports promise. Each adapter's tests run all checks of the suites of its
// ports, each on a subject of its own: `for check in JournalConformance.checks { try await check.run(on: storage) }`.

import JobsprintDomain
public import JobsprintPorts

/// One fact that holds for every adapter of a port.
public struct ConformanceCheck<Subject: Sendable>: Sendable, CustomStringConvertible {
  public let name: String
  private let body: @Sendable (Subject) async throws -> Void

  public init(_ name: String, _ body: @escaping @Sendable (Subject) async throws -> Void) {
    self.name = name
    self.body = body
  }

  public var description: String { name }

  /// - Parameter subject: fresh and empty.
  /// - Throws: ``ConformanceFailure``, or what the adapter threw.
  public func run(on subject: Subject) async throws { try await body(subject) }
}

/// A promise of a port that an adapter does not keep.
public struct ConformanceFailure: Error, CustomStringConvertible {
  public let description: String
}

/// All ports of a store, over the same data.
public struct StorageUnderTest: Sendable {
  public let journal: any Journal
  public let claims: any ExecutionClaims
  public let executions: any ExecutionStore
  public let deadLetters: any DeadLetterStore
  public let idempotency: any IdempotencyStore
  public let workflows: any WorkflowStore
  public let tags: any TagStore
  public let variables: any VariableStore
  public let credentials: any CredentialStore
  public let apiKeys: any APIKeyStore
  public let workspaces: any WorkspaceStore
  public let accounts: any AccountStore
  public let identities: any IdentityStore
  public let serviceAccounts: any ServiceAccountStore
  public let sessions: any SessionStore
  public let audit: any AuditLog
  public let auditCursors: any AuditCursorStore
  public let staticData: any StaticDataStore

  public init(
    journal: any Journal, claims: any ExecutionClaims, executions: any ExecutionStore,
    deadLetters: any DeadLetterStore, idempotency: any IdempotencyStore, workflows: any WorkflowStore,
    tags: any TagStore, variables: any VariableStore, credentials: any CredentialStore, apiKeys: any APIKeyStore,
    workspaces: any WorkspaceStore, accounts: any AccountStore, identities: any IdentityStore,
    serviceAccounts: any ServiceAccountStore,
    sessions: any SessionStore, audit: any AuditLog, auditCursors: any AuditCursorStore,
    staticData: any StaticDataStore
  ) {
    self.journal = journal
    self.claims = claims
    self.executions = executions
    self.deadLetters = deadLetters
    self.idempotency = idempotency
    self.workflows = workflows
    self.tags = tags
    self.variables = variables
    self.credentials = credentials
    self.apiKeys = apiKeys
    self.workspaces = workspaces
    self.accounts = accounts
    self.identities = identities
    self.serviceAccounts = serviceAccounts
    self.sessions = sessions
    self.audit = audit
    self.auditCursors = auditCursors
    self.staticData = staticData
  }

  /// Exactly these are in the audit log of a workspace, as ``ChangeRecord/numbered(_:in:)`` has them.
  func expectAudited(
    _ numbers: [Int], in workspace: WorkspaceID = .initial, _ claim: String = "", file: String = #fileID,
    line: Int = #line
  ) async throws {
    let page = try await audit.entries(matching: AuditFilter(), in: workspace, page: PageRequest(limit: 250))
    try expect(
      page.elements.map(\.entry), is: numbers.sorted(by: >).map { .numbered($0, in: workspace) },
      "the audit log\(claim):", file: file, line: line)
  }
}

/// - Parameter claim: what should hold.
func expect(_ condition: Bool, _ claim: String, file: String = #fileID, line: Int = #line) throws {
  guard condition else { throw ConformanceFailure(description: "\(file):\(line): \(claim)") }
}

func expect<Value: Equatable>(
  _ found: Value, is expected: Value, _ claim: String = "", file: String = #fileID, line: Int = #line
) throws {
  try expect(found == expected, "\(claim) expected \(expected), found \(found)", file: file, line: line)
}

/// The value that should be there.
func required<Value>(
  _ value: Value?, _ claim: String = "a value", file: String = #fileID, line: Int = #line
) throws -> Value {
  guard let value else { throw ConformanceFailure(description: "\(file):\(line): \(claim) is missing") }
  return value
}

func expectRefusal(
  _ claim: String, file: String = #fileID, line: Int = #line, _ body: () async throws -> Void
) async throws {
  do {
    try await body()
  } catch let error as PortError {
    try expect(error.code, is: .refused, claim, file: file, line: line)
    return
  }
  throw ConformanceFailure(description: "\(file):\(line): \(claim): it was not refused")
}
