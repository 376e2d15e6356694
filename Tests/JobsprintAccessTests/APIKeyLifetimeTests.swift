import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

/// Scopes, the end of a key, and how soon a deletion is felt.
@Suite struct APIKeyLifetimeTests {
  private let store = SpyKeyStore()
  private let clock = TestClock()
  private let secret = APIKeySecret()

  private func authenticator(isSoleWriter: Bool) -> APIKeyAuthenticator {
    APIKeyAuthenticator(store: store, epoch: MemoryAccessEpoch(), clock: clock, isSoleWriter: isSoleWriter)
  }

  private func insert(scopes: Set<Scope> = [], expiresAt: Timestamp? = nil) async throws -> APIKeyRecord {
    let key = APIKeyRecord(
      id: .numbered(1), workspace: .numbered(7), label: "key", hash: secret.hash, scopes: scopes, expiresAt: expiresAt,
      createdAt: .seconds(0))
    _ = try await store.insert(key, recording: .noted(in: .numbered(7)))
    return key
  }

  @Test func aPrincipalHasTheScopesOfItsKey() async throws {
    _ = try await insert(scopes: [.tagList, .auditLogList])
    let principal = try await authenticator(isSoleWriter: true).principal(forKey: secret.text)
    #expect(
      principal == Principal(workspace: .numbered(7), key: .numbered(1), scopes: [.tagList, .auditLogList]))
  }

  @Test(arguments: [true, false])
  func anExpiredKeyIsNobodyAlsoWhereItWasKnown(isSoleWriter: Bool) async throws {
    _ = try await insert(expiresAt: .seconds(10))
    let authenticator = authenticator(isSoleWriter: isSoleWriter)
    #expect(try await authenticator.principal(forKey: secret.text) != nil)
    clock.now = Timestamp(milliseconds: Timestamp.seconds(10).milliseconds - 1)
    #expect(try await authenticator.principal(forKey: secret.text) != nil)
    clock.now = .seconds(10)
    #expect(try await authenticator.principal(forKey: secret.text) == nil)
  }

  @Test func aForgottenKeyIsNobodyAtOnce() async throws {
    let key = try await insert()
    let authenticator = authenticator(isSoleWriter: true)
    #expect(try await authenticator.principal(forKey: secret.text) != nil)
    _ = try await store.delete(key.id, in: key.workspace, recording: .noted(in: key.workspace))
    await authenticator.forget()
    #expect(try await authenticator.principal(forKey: secret.text) == nil)
  }

  @Test func aKeyThatIsDeletedWhileItIsLookedUpIsNotRemembered() async throws {
    let key = try await insert()
    let authenticator = authenticator(isSoleWriter: true)
    store.whileLookingUp { await authenticator.forget() }
    _ = try await authenticator.principal(forKey: secret.text)
    _ = try await store.delete(key.id, in: key.workspace, recording: .noted(in: key.workspace))
    #expect(try await authenticator.principal(forKey: secret.text) == nil)
  }

  @Test func whereOthersWriteAKeyIsRememberedForLessThanASecond() async throws {
    let key = try await insert()
    let authenticator = authenticator(isSoleWriter: false)
    #expect(try await authenticator.principal(forKey: secret.text) != nil)
    _ = try await store.delete(key.id, in: key.workspace, recording: .noted(in: key.workspace))
    clock.advance(by: .milliseconds(999))
    #expect(try await authenticator.principal(forKey: secret.text) != nil)
    #expect(store.lookups == 1)
    clock.advance(by: .milliseconds(1))
    #expect(try await authenticator.principal(forKey: secret.text) == nil)
    #expect(store.lookups == 2)
  }

  @Test func aClockThatWentBackKeepsNoKeyAlive() async throws {
    let key = try await insert()
    let authenticator = authenticator(isSoleWriter: false)
    clock.now = .seconds(100)
    #expect(try await authenticator.principal(forKey: secret.text) != nil)
    _ = try await store.delete(key.id, in: key.workspace, recording: .noted(in: key.workspace))
    clock.now = .seconds(50)
    #expect(try await authenticator.principal(forKey: secret.text) == nil)
  }

  @Test func theFirstKeyMayDoEverythingAndLeavesOneAuditEntry() async throws {
    let authenticator = authenticator(isSoleWriter: true)
    _ = try await authenticator.bootstrap(presented: secret.text, id: .numbered(1), entry: .numbered(2))
    _ = try await authenticator.bootstrap(presented: secret.text, id: .numbered(3), entry: .numbered(4))
    #expect(try await authenticator.principal(forKey: secret.text)?.scopes == Set(Scope.allCases))
    let entries = try await store.audit.entries(matching: AuditFilter(), in: .initial, page: PageRequest()).elements
    #expect(entries.map(\.entry.id) == [.numbered(2)])
    #expect(entries.first?.entry.action == .apiKeyCreated)
    #expect(entries.first?.entry.caller.actor == .system)
    #expect(entries.first?.entry.subject == "\(APIKeyID.numbered(1))")
  }
}
