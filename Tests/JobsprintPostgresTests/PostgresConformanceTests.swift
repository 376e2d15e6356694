import JobsprintPorts
import JobsprintPostgres
import JobsprintTesting
import Testing

@Suite(.enabled(if: TestServer.isExpected, TestServer.missing), .serialized)
struct PostgresConformanceTests {
  private func run(_ check: ConformanceCheck<StorageUnderTest>) async throws {
    try await withStorage { storage, _ in try await check.run(on: StorageUnderTest(storage)) }
  }

  @Test(arguments: JournalConformance.checks)
  func journal(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: ExecutionClaimsConformance.checks)
  func claims(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: ExecutionStoreConformance.checks)
  func executions(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: DeadLetterConformance.checks)
  func deadLetters(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: IdempotencyConformance.checks)
  func idempotency(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: WorkflowStoreConformance.checks)
  func workflows(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: TagStoreConformance.checks)
  func tags(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: StaticDataConformance.checks)
  func staticData(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: VariableStoreConformance.checks)
  func variables(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: CredentialStoreConformance.checks)
  func credentials(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: WorkspaceConformance.checks)
  func workspaces(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: AuditLogConformance.checks)
  func audit(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: AccountConformance.checks)
  func accounts(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: IdentityConformance.checks)
  func identities(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: ServiceAccountConformance.checks)
  func serviceAccounts(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: AuditCursorConformance.checks)
  func auditCursors(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: SessionConformance.checks)
  func sessions(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: APIKeyConformance.checks)
  func apiKeys(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await run(check) }

  @Test(arguments: ArchiveConformance.checks)
  func archive(_ check: ConformanceCheck<ArchiveConformance.Subject>) async throws {
    try await withStorage { storage, _ in try await check.run(on: ArchiveConformance.Subject(storage.archive)) }
  }
}
