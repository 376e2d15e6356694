import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@Suite struct MemoryConformanceTests {
  private func storage() -> StorageUnderTest {
    let store = MemoryStore()
    return StorageUnderTest(
      journal: MemoryJournal(store), claims: MemoryExecutionClaims(store), executions: MemoryExecutionStore(store),
      deadLetters: MemoryDeadLetterStore(store),
      idempotency: MemoryIdempotencyStore(store), workflows: MemoryWorkflowStore(store), tags: MemoryTagStore(store),
      variables: MemoryVariableStore(store), credentials: MemoryCredentialStore(store),
      apiKeys: MemoryAPIKeyStore(store),
      workspaces: MemoryWorkspaceStore(store), accounts: MemoryAccountStore(store),
      identities: MemoryIdentityStore(store), serviceAccounts: MemoryServiceAccountStore(store),
      sessions: MemorySessionStore(store), audit: MemoryAuditLog(store),
      auditCursors: MemoryAuditCursorStore(store), staticData: MemoryStaticDataStore(store))
  }

  @Test(arguments: JournalConformance.checks)
  func journal(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: ExecutionClaimsConformance.checks)
  func claims(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: ExecutionStoreConformance.checks)
  func executions(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: DeadLetterConformance.checks)
  func deadLetters(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: IdempotencyConformance.checks)
  func idempotency(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: WorkflowStoreConformance.checks)
  func workflows(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: TagStoreConformance.checks)
  func tags(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: VariableStoreConformance.checks)
  func variables(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: CredentialStoreConformance.checks)
  func credentials(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: WorkspaceConformance.checks)
  func workspaces(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: AuditLogConformance.checks)
  func audit(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: StaticDataConformance.checks)
  func staticData(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: AccountConformance.checks)
  func accounts(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: IdentityConformance.checks)
  func identities(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: PendingSignInConformance.checks)
  func pendingSignIns(_ check: ConformanceCheck<any PendingSignIns>) async throws {
    try await check.run(on: MemoryPendingSignIns(clock: TestClock()))
  }

  @Test func aSignInThatIsPendingTooLongIsOverAndTooManyMakeTheOldestGo() async throws {
    let clock = TestClock()
    let pending = MemoryPendingSignIns(clock: clock)
    await pending.keep([1], under: "late", for: .seconds(600))
    clock.now = clock.now + .seconds(600)
    #expect(await pending.take("late") == nil)
    for number in 0...10_000 {
      clock.now = clock.now + .milliseconds(1)
      await pending.keep([1], under: "\(number)", for: .seconds(600))
    }
    #expect(await pending.take("0") == nil)
    #expect(await pending.take("10000") == [1])
    #expect(await pending.take("9000") == [1])
  }

  @Test(arguments: ServiceAccountConformance.checks)
  func serviceAccounts(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: AuditCursorConformance.checks)
  func auditCursors(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: SessionConformance.checks)
  func sessions(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(arguments: APIKeyConformance.checks)
  func apiKeys(_ check: ConformanceCheck<StorageUnderTest>) async throws { try await check.run(on: storage()) }

  @Test(.timeLimit(.minutes(1)), arguments: WakeUpQueueConformance.checks)
  func wakeUpQueue(_ check: ConformanceCheck<WakeUpQueueUnderTest>) async throws {
    try await check.run(on: WakeUpQueueUnderTest(MemoryWakeUpQueue()))
  }

  @Test(.timeLimit(.minutes(1)), arguments: EventBusConformance.checks)
  func eventBus(_ check: ConformanceCheck<any EventBus>) async throws { try await check.run(on: MemoryEventBus()) }

  @Test(arguments: AttemptConformance.checks)
  func attempts(_ check: ConformanceCheck<any AttemptLedger>) async throws {
    try await check.run(on: MemoryAttemptLedger())
  }

  @Test(arguments: RateLimiterConformance.checks)
  func rateLimits(_ check: ConformanceCheck<RateLimiterUnderTest>) async throws {
    let clock = TestClock()
    try await check.run(on: RateLimiterUnderTest(limiter: MemoryRateLimiter(clock: clock), clock: clock))
  }

  @Test(arguments: LockConformance.checks)
  func locks(_ check: ConformanceCheck<LocksUnderTest>) async throws {
    let clock = TestClock()
    try await check.run(on: LocksUnderTest(locks: MemoryLocks(clock: clock), pass: { clock.advance(by: $0) }))
  }
}
