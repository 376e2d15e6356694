import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import OpenSSL
import Synchronization
import Testing

@testable import JobsprintAccess

/// What depends on time: the reuse of a refresh token, the end of a session, what another process has changed.
@Suite(.timeLimit(.minutes(1))) struct SessionOfficeTests {
  private let clock = TestClock()
  private let store = MemoryStore()
  private let caller = Caller(workspace: .initial, actor: .system, address: "::1")

  /// One process over the store.
  private struct Process {
    let accounts: AccountOffice
    let sessions: SessionOffice
    let authenticator: Authenticator
  }

  private func process(sharing epoch: any AccessEpoch = MemoryAccessEpoch(), cost: Int = 16) async throws -> Process {
    let (accounts, sessions) = (MemoryAccountStore(store), MemorySessionStore(store))
    let standings = StandingCache(
      accounts: accounts, serviceAccounts: MemoryServiceAccountStore(store), sessions: sessions, epoch: epoch,
      clock: clock)
    let number = Atomic(Int.random(in: 1...1_000_000) * 1000)
    let context = AccessContext(
      accounts: accounts, sessions: sessions, workspaces: MemoryWorkspaceStore(store), audit: MemoryAuditLog(store),
      hasher: PasswordHasher(Scrypt(cost: cost, blockSize: 1, parallelism: 1)),
      limiter: AttemptLimiter(ledger: MemoryAttemptLedger(), clock: clock),
      standings: standings, clock: clock,
      makeID: { UserID.numbered(number.add(1, ordering: .relaxed).newValue).uuid })
    let secret = (0..<32).map { UInt8($0) }.hexadecimalText
    let tokens = AccessTokenRing([try #require(NamedKey("one:\(secret)"))], clock: clock)
    let keys = APIKeyAuthenticator(
      store: MemoryAPIKeyStore(store), epoch: epoch, clock: clock, isSoleWriter: false)
    return Process(
      accounts: AccountOffice(context), sessions: SessionOffice(context, tokens: tokens),
      authenticator: Authenticator(keys: keys, tokens: tokens, standings: standings, clock: clock))
  }

  private func signedIn(_ process: Process) async throws -> SignedIn {
    _ = try await process.accounts.createOwner(
      email: "ann@example.com", name: nil, password: "correct horse battery", in: .initial, by: caller)
    return try await process.sessions.signIn(
      email: "ann@example.com", password: "correct horse battery", workspace: nil, from: caller, agent: "test")
  }

  private func actions() async throws -> [AuditAction] {
    try await MemoryAuditLog(store).entries(matching: AuditFilter(), in: .initial, page: PageRequest()).elements
      .map(\.entry.action)
  }

  @Test func aHashThatIsWeakerThanTodaysIsRaisedAtTheNextSignIn() async throws {
    func hash() async throws -> String? {
      let email = try #require(EmailAddress("ann@example.com"))
      return try await MemoryAccountStore(store).user(withEmail: email)?.passwordHash
    }
    func signIn(_ process: Process, _ password: String = "correct horse battery") async throws {
      _ = try await process.sessions.signIn(
        email: "ann@example.com", password: password, workspace: nil, from: caller, agent: "test")
    }
    _ = try await signedIn(try await process())
    #expect(try await hash()?.hasPrefix("$scrypt$ln=4,") == true)
    let stronger = try await process(cost: 32)
    await #expect(throws: AccessError.self) { try await signIn(stronger, "wrong horse battery") }
    #expect(try await hash()?.hasPrefix("$scrypt$ln=4,") == true)
    try await signIn(stronger)
    let raised = try await hash()
    #expect(raised?.hasPrefix("$scrypt$ln=5,") == true)
    // It is still his password, and what is as strong as today's, or stronger, stays.
    try await signIn(stronger)
    try await signIn(try await process())
    #expect(try await hash() == raised)
  }

  @Test func aTokenThatComesBackEndsTheSession() async throws {
    let process = try await process()
    let first = try await signedIn(process)
    let second = try await process.sessions.refresh(first.refreshToken, from: caller)
    clock.now = clock.now + .seconds(9)
    let met = await #expect(throws: AccessError.self) {
      try await process.sessions.refresh(first.refreshToken, from: caller)
    }
    #expect(met?.code == .refreshSuperseded)
    #expect(try await process.authenticator.principal(forToken: second.accessToken) != nil)
    clock.now = clock.now + .seconds(2)
    for token in [first.refreshToken, second.refreshToken] {
      let refused = await #expect(throws: AccessError.self) {
        try await process.sessions.refresh(token, from: caller)
      }
      #expect(refused?.code == .refreshRefused)
    }
    #expect(try await process.authenticator.principal(forToken: second.accessToken) == nil)
    #expect(try await actions().contains(.refreshTokenReused))
  }

  @Test func anAccessTokenNeverOutlivesItsSession() async throws {
    let process = try await process()
    var last = try await signedIn(process)
    #expect(last.expiresIn == 24 * 3600)
    clock.now = clock.now + .seconds(30 * 24 * 3600 - 60)
    last = try await process.sessions.refresh(last.refreshToken, from: caller)
    #expect(last.expiresIn == 60)
    clock.now = clock.now + .seconds(60)
    #expect(try await process.authenticator.principal(forToken: last.accessToken) == nil)
    await #expect(throws: AccessError.self) { try await process.sessions.refresh(last.refreshToken, from: caller) }
  }

  @Test func whatAnotherProcessRevokesIsOverASecondLater() async throws {
    let (here, there) = (try await process(), try await process())
    let ann = try await signedIn(here)
    #expect(try await there.authenticator.principal(forToken: ann.accessToken) != nil)
    try await here.sessions.revoke(ann.session.id, of: ann.user.id, by: caller)
    #expect(try await here.authenticator.principal(forToken: ann.accessToken) == nil, "at once")
    clock.now = clock.now + .seconds(1)
    #expect(try await there.authenticator.principal(forToken: ann.accessToken) == nil)
  }

  @Test func aTokenForTheFirstOwnerEndsWithTheHour() async throws {
    let process = try await process()
    let token = try #require(try await process.accounts.offerSetup())
    clock.now = clock.now + .seconds(3600)
    let late = await #expect(throws: AccessError.self) {
      try await process.accounts.setUp(
        token: token, email: "ann@example.com", name: nil, password: "correct horse battery", from: caller)
    }
    #expect(late?.code == .tokenUnusable)
    _ = try await signedIn(process)
    #expect(try await process.accounts.offerSetup() == nil, "there is a user")
  }

  @Test func whereProcessesShareTheEpochWhatIsRevokedIsOverInAllAtOnce() async throws {
    let epoch = MemoryAccessEpoch()
    let (one, other) = (try await process(sharing: epoch), try await process(sharing: epoch))
    let signedIn = try await signedIn(one)
    #expect(try await other.authenticator.principal(forToken: signedIn.accessToken) != nil)
    try await one.sessions.revoke(signedIn.session.id, of: signedIn.user.id, by: caller)
    #expect(try await other.authenticator.principal(forToken: signedIn.accessToken) == nil)
  }

  /// As without Redis.
  private struct NobodyKnows: AccessEpoch {
    func current() async -> AccessMark? { nil }
    func advance() async {}
  }

  @Test func whereNobodyKnowsTheEpochTheStoreIsAskedEachTime() async throws {
    let (one, other) = (try await process(sharing: NobodyKnows()), try await process(sharing: NobodyKnows()))
    let signedIn = try await signedIn(one)
    #expect(try await other.authenticator.principal(forToken: signedIn.accessToken) != nil)
    try await one.sessions.revoke(signedIn.session.id, of: signedIn.user.id, by: caller)
    #expect(try await other.authenticator.principal(forToken: signedIn.accessToken) == nil)
  }
}
