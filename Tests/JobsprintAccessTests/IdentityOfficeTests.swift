import Crypto
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import OpenSSL
import Synchronization
import Testing

@testable import JobsprintAccess

/// Which sign-ins through a provider are taken. (Over HTTP: IdentityTests.)
@Suite(.timeLimit(.minutes(1))) struct IdentityOfficeTests {
  private static let user = UserID.numbered(1)

  private struct Transport: ProviderTransport {
    let provider: FakeIdentityProvider

    func send(_ request: ProviderRequest) async throws(ProviderFailure) -> ProviderAnswer {
      let path = String(request.address.dropFirst(provider.issuer.count))
      let (status, body) = provider.answer(path, form: request.form, authorization: request.authorization)
      guard status > 0 else { throw ProviderFailure(reason: "it does not answer in time") }
      return ProviderAnswer(status: status, body: body)
    }
  }

  private let clock = TestClock(at: Timestamp(milliseconds: 1_800_000_000_000))
  private let store = MemoryStore()
  private let caller = Caller(workspace: .initial, actor: .system, address: "::1")
  private let provider: FakeIdentityProvider
  private let office: IdentityOffice

  init() async throws {
    let (accounts, sessions) = (MemoryAccountStore(store), MemorySessionStore(store))
    let clock = clock
    provider = FakeIdentityProvider(now: { Int(clock.now.milliseconds / 1000) })
    let number = Atomic(1000)
    let context = AccessContext(
      accounts: accounts, sessions: sessions, workspaces: MemoryWorkspaceStore(store), audit: MemoryAuditLog(store),
      hasher: PasswordHasher(Scrypt(cost: 16, blockSize: 1, parallelism: 1)),
      limiter: AttemptLimiter(ledger: MemoryAttemptLedger(), clock: clock),
      standings: StandingCache(
        accounts: accounts, serviceAccounts: MemoryServiceAccountStore(store), sessions: sessions,
        epoch: MemoryAccessEpoch(), clock: clock),
      clock: clock, makeID: { UserID.numbered(number.add(1, ordering: .relaxed).newValue).uuid })
    let secret = (0..<32).map { UInt8($0) }.hexadecimalText
    let tokens = AccessTokenRing([try #require(NamedKey("one:\(secret)"))], clock: clock)
    office = IdentityOffice(
      context, identities: MemoryIdentityStore(store), pending: MemoryPendingSignIns(clock: clock),
      accounts: AccountOffice(context), sessions: SessionOffice(context, tokens: tokens),
      providers: [try #require(Self.provider("work", provider.issuer))], transport: Transport(provider: provider))
    for (user, email) in [(1, "ann@example.com"), (2, "bob@example.com"), (3, "cleo@example.com")] {
      _ = try await accounts.enrol(
        .numbered(user, email: email, password: nil), as: .numbered(user), linking: nil, spending: nil,
        onlyAsFirst: false, recording: .numbered(user))
    }
    _ = try await office.link(Self.user, at: "work", subject: "ann", by: caller)
  }

  private static func provider(
    _ name: String = "work", _ issuer: String, redirect: String = "https://app.example.com/back?x=y"
  ) -> IdentityProvider? {
    IdentityProvider(
      name: name, issuer: issuer, clientID: "jobsprint", clientSecret: FakeIdentityProvider.clientSecret,
      scopes: ["email"], redirectAddress: redirect)
  }

  private func begin() async throws -> SignInStart {
    try await office.start(at: "work", workspace: nil, invitation: nil, name: nil, from: caller)
  }

  /// What the client brings when somebody has signed in at the provider.
  private func answer(to start: SignInStart, as subject: String = "ann", issuer: String? = nil) throws -> SignInAnswer {
    let (code, state) = try provider.signIn(at: start.authorizationAddress, as: subject)
    return SignInAnswer(state: state, attempt: start.attempt, code: code, issuer: issuer)
  }

  private func finish(_ answer: SignInAnswer) async throws -> SignedIn {
    try await office.finish(answer, from: caller, agent: nil)
  }

  @discardableResult
  private func signIn(as subject: String = "ann") async throws -> SignedIn {
    try await finish(try answer(to: try await begin(), as: subject))
  }

  private func code(_ body: () async throws -> Void) async -> AccessError.Code? {
    do {
      try await body()
      return nil
    } catch { return (error as? AccessError)?.code }
  }

  /// Of the newest refusal.
  private func refusal() async throws -> String? {
    let entries = try await MemoryAuditLog(store).entries(
      matching: AuditFilter(action: .sessionRefused), in: .initial, page: PageRequest()
    ).elements
    return try entries.first.flatMap { try JSONValue(parsing: $0.entry.details)["reason"]?.stringValue }
  }

  @Test func whoIsLinkedSignsInWithEitherAlgorithm() async throws {
    #expect(try await signIn().user.id == Self.user)
    provider.sign(with: TestRSAKey.signer("two"))
    clock.now = clock.now + .seconds(31)
    #expect(try await signIn().user.id == Self.user)
    // Also where keys have no names, and one of each kind is there.
    provider.put(header: ["kid": .null])
    #expect(try await signIn().user.id == Self.user)
  }

  /// What is put into a token, and why it is refused.
  @Test(
    arguments: [
      (["nonce": "other"], "another sign-in"), (["nonce": .null], "another sign-in"),
      (["aud": "other"], "another client"), (["aud": []], "another client"),
      (["aud": ["jobsprint", "other"]], "another client"), (["azp": "other"], "another client"),
      (["aud": ["jobsprint", "other"], "azp": "other"], "another client"), (["aud": .null], "another client"),
      (["iss": "https://id.example.com/"], "another issuer"), (["iss": "https://evil.example.com"], "another issuer"),
      (["iss": .null], "another issuer"), (["exp": 1_799_999_940], "no longer"), (["exp": .null], "no longer"),
      (["exp": "1900000000"], "no longer"), (["iat": 1_800_000_061], "no longer"), (["iat": .null], "no longer"),
      (["nbf": 1_800_000_061], "no longer"), (["nbf": "x"], "no longer"), (["exp": 1e300], "no longer"),
      (["sub": .null], "subject is none"), (["sub": ""], "subject is none"), (["sub": 1], "subject is none"),
      (["sub": .string(String(repeating: "a", count: 256))], "subject is none"),
      (["sub": "ann\u{0}"], "subject is none"),
    ] as [(JSONObject, String)])
  func aTokenThatIsNotForThisSignInIsRefused(claims: JSONObject, reason: String) async throws {
    provider.put(claims: claims)
    #expect(await code { try await signIn() } == .identityRefused)
    let told = try await refusal() ?? ""
    #expect(told.contains(reason), "\(told)")
    provider.put()
    try await signIn()
  }

  @Test(
    arguments: [
      ["exp": 1_799_999_941], ["iat": 1_800_000_060], ["nbf": 1_800_000_060], ["exp": 1_800_000_000.5],
      ["aud": ["jobsprint"]], ["aud": ["other", "jobsprint"], "azp": "jobsprint"], ["unknown": ["a": [1]]],
    ] as [JSONObject])
  func clocksMayDifferByAMinuteAndAudiencesMayBeSeveral(claims: JSONObject) async throws {
    provider.put(claims: claims)
    try await signIn()
  }

  @Test(
    arguments: [
      ["alg": "none"], ["alg": "None"], ["alg": .null], ["alg": "HS256"], ["alg": "ES384"], ["alg": "RS256"],
      ["kid": "unknown"], ["kid": 1], ["crit": ["exp"]], ["typ": "at+jwt"], ["typ": "logout+jwt"],
    ] as [JSONObject])
  func aHeaderThatIsNotTheProvidersIsRefused(header: JSONObject) async throws {
    provider.put(header: header)
    #expect(await code { try await signIn() } == .identityRefused)
  }

  @Test func aTokenWithoutASignatureOrWithOneOfAnotherIsRefused() async throws {
    provider.sign(with: TestRSAKey.signer("rsa"))
    clock.now = clock.now + .seconds(31)
    try await signIn()
    // The public key as the secret of an HMAC: in each form that a library might take it for.
    let publicKey = TestRSAKey.publicKey("rsa")
    for secret in [publicKey.jsonBytes, Array((publicKey["n"]?.stringValue ?? "").utf8)] {
      provider.put(header: ["alg": "HS256"])
      provider.change { token in
        let signed = token.split(separator: ".").prefix(2).joined(separator: ".")
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: SymmetricKey(data: secret))
        return "\(signed).\(Base64.urlText(Array(code)))"
      }
      #expect(await code { try await signIn() } == .identityRefused)
    }
    provider.put()
    let changes: [@Sendable (String) -> String] = [
      { $0.split(separator: ".").prefix(2).joined(separator: ".") + "." },
      { $0.split(separator: ".").prefix(2).joined(separator: ".") },
      { "\($0).x" }, { "\($0)=" }, { " \($0)" }, { _ in "" }, { _ in "..." },
      { _ in String(repeating: "a", count: 20_000) },
      { token in
        // Claims of another under a signature of these.
        let parts = token.split(separator: ".").map(String.init)
        let text = String(decoding: Base64.bytes(parts[1]) ?? [], as: UTF8.self).replacing("\"ann\"", with: "\"bob\"")
        return "\(parts[0]).\(Base64.urlText(Array(text.utf8))).\(parts[2])"
      },
    ]
    for change in changes {
      provider.change(token: change)
      #expect(await code { try await signIn() } == .identityRefused)
    }
    provider.change(token: nil)
    provider.sign(with: .es256("rsa"), isShown: false)
    #expect(await code { try await signIn() } == .identityRefused)
    // Of a good key that is not of the set, under the name of one that is.
    provider.sign(with: .es256("one"), isShown: false)
    #expect(await code { try await signIn() } == .identityRefused)
    #expect(try await refusal()?.contains("signature") == true)
  }

  @Test func aNewKeyIsFoundAndMadeUpNamesDoNotFloodTheProvider() async throws {
    try await signIn()
    #expect(provider.asked(.keys) == 1)
    provider.put(header: ["kid": "made up"])
    for _ in 0..<5 { #expect(await code { try await signIn() } == .identityRefused) }
    #expect(provider.asked(.keys) == 1)
    clock.now = clock.now + .seconds(30)
    for _ in 0..<5 { #expect(await code { try await signIn() } == .identityRefused) }
    #expect(provider.asked(.keys) == 2)
    provider.put()
    provider.sign(with: .es256("next"))
    #expect(await code { try await signIn() } == .identityRefused)
    clock.now = clock.now + .seconds(30)
    try await signIn()
    #expect(provider.asked(.keys) == 3 && provider.asked(.configuration) == 1)
    // A key that the provider has withdrawn is forgotten within the hour.
    provider.show([])
    clock.now = clock.now + .seconds(3600)
    #expect(await code { try await signIn() } == .identityRefused)
  }

  @Test(
    arguments: [
      [], [["kty": "oct", "k": "c2VjcmV0", "kid": "one", "alg": "HS256"]],
      [["kty": "RSA", "kid": "one", "n": "AQAB", "e": "AQAB"]], [["kty": "EC", "crv": "P-384", "kid": "one"]],
      [["kty": "EC", "crv": "P-256", "kid": "one", "x": "AA", "y": "AA"]], [1, nil, "x", [], [:]],
    ] as [[JSONValue]])
  func keysThatAreOfNoUseAreNone(keys: [JSONValue]) async throws {
    provider.show(keys)
    #expect(await code { try await signIn() } == .identityRefused)
  }

  @Test func aKeyThatIsForSomethingElseSignsNothing() async throws {
    let signer = FakeIdentityProvider.Signer.es256("one")
    for other in [["use": "enc"], ["alg": "ES384"], ["alg": "HS256"]] as [JSONObject] {
      var key = try #require(signer.key.objectValue)
      key.merge(other)
      provider.sign(with: signer, isShown: false)
      provider.show([.object(key)])
      clock.now = clock.now + .seconds(3600)
      #expect(await code { try await signIn() } == .identityRefused)
    }
    provider.show([signer.key])
    clock.now = clock.now + .seconds(3600)
    try await signIn()
  }

  @Test func aSignInIsEndedOnceInTimeAndByWhoBegan() async throws {
    let start = try await begin()
    let good = try answer(to: start)
    let others = [
      SignInAnswer(state: "x", attempt: good.attempt, code: good.code, issuer: nil),
      SignInAnswer(state: good.state, attempt: try await begin().attempt, code: good.code, issuer: nil),
      SignInAnswer(state: good.state, attempt: "", code: good.code, issuer: nil),
    ]
    for other in others { #expect(await code { _ = try await finish(other) } == .signInUnusable) }
    _ = try await finish(good)
    #expect(await code { _ = try await finish(good) } == .signInUnusable)
    // The code once more, behind another beginning: the provider refuses it, and PKCE would.
    let again = try answer(to: try await begin())
    let replayed = SignInAnswer(state: again.state, attempt: again.attempt, code: good.code, issuer: nil)
    #expect(await code { _ = try await finish(replayed) } == .identityRefused)
    #expect(try await refusal()?.contains("invalid_grant") == true)
    // A code that was given to another sign-in.
    let (mine, theirs) = (try await begin(), try answer(to: try await begin()))
    let state = try answer(to: mine).state
    let injected = SignInAnswer(state: state, attempt: mine.attempt, code: theirs.code, issuer: nil)
    #expect(await code { _ = try await finish(injected) } == .identityRefused)
    // A linking is no sign-in, and the other way round.
    let link = try await office.startLink(at: "work", password: nil, of: .numbered(3), by: caller)
    #expect(await code { _ = try await finish(try answer(to: link, as: "new")) } == .signInUnusable)
    let plain = try answer(to: try await begin(), as: "new")
    #expect(await code { _ = try await office.finishLink(plain, of: .numbered(2), by: caller) } == .signInUnusable)
    let late = try answer(to: try await begin())
    clock.now = clock.now + .seconds(600)
    #expect(await code { _ = try await finish(late) } == .signInUnusable)
  }

  @Test func anAnswerThatNamesAnotherIssuerIsRefused() async throws {
    #expect(
      await code { _ = try await finish(try answer(to: try await begin(), issuer: "https://evil.example.com")) }
        == .identityRefused)
    _ = try await finish(try answer(to: try await begin(), issuer: provider.issuer))
    // Who says that its answers name it is held to it.
    provider.configure(["authorization_response_iss_parameter_supported": true])
    clock.now = clock.now + .seconds(3600)
    #expect(await code { try await signIn() } == .identityRefused)
    _ = try await finish(try answer(to: try await begin(), issuer: provider.issuer))
  }

  @Test func whoIsUnknownOrDisabledDoesNotSignInWhateverHisEmailAddress() async throws {
    // The provider says that it is Ann's address.
    #expect(await code { try await signIn(as: "mallory") } == .identityUnknown)
    #expect(try await refusal()?.contains("no user") == true)
    _ = try await office.link(.numbered(2), at: "work", subject: "bob", by: caller)
    #expect(try await signIn(as: "bob").user.id == .numbered(2))
    #expect(try await signIn(as: "ann").user.id == Self.user)
    #expect(await code { try await signIn(as: "ANN") } == .identityUnknown)
    _ = try await MemoryAccountStore(store).setStatus(
      .disabled, of: Self.user, at: clock.now, recording: .numbered(90))
    #expect(await code { try await signIn() } == .loginRefused)
  }

  @Test(
    arguments: [
      ["issuer": "https://evil.example.com"], ["issuer": .null], ["token_endpoint": "http://id.example.com/token"],
      ["token_endpoint": "http://127.0.0.1/token"], ["jwks_uri": "file:///etc/passwd"], ["jwks_uri": .null],
      ["authorization_endpoint": "javascript:alert(1)"], ["authorization_endpoint": "https://a@b.example.com/"],
    ] as [JSONObject])
  func aProviderThatSaysWhatIsNotSafeIsNotUsed(configuration: JSONObject) async throws {
    provider.configure(configuration)
    #expect(await code { _ = try await begin() } == .providerUnavailable)
    provider.configure([:])
    try await signIn()
  }

  @Test func aProviderThatIsAwayIsSaidSoAndGuessesNothing() async throws {
    for page in FakeIdentityProvider.Page.allCases {
      for status in [0, 500, 302, 404] where page != .token || status != 404 {
        clock.now = clock.now + .seconds(3601)
        provider.answer(page, with: status)
        #expect(await code { try await signIn() } == .providerUnavailable, "\(page) \(status)")
        provider.answer(page, with: nil)
      }
    }
    for _ in 0..<30 {
      provider.answer(.token, with: 503)
      #expect(await code { try await signIn() } == .providerUnavailable)
    }
    provider.answer(.token, with: nil)
    try await signIn()
  }

  @Test func whoTriesAgainAndAgainWaits() async throws {
    let wrong = SignInAnswer(state: "x", attempt: "y", code: "z", issuer: nil)
    for _ in 0..<21 { #expect(await code { _ = try await finish(wrong) } == .signInUnusable) }
    #expect(await code { _ = try await finish(wrong) } == .tooManyAttempts)
    #expect(await code { try await signIn() } == .tooManyAttempts)
  }

  @Test(arguments: [
    "http://id.example.com", "id.example.com", "https://", "ftp://id.example.com", "https://id.example.com?a=b",
    "https://id.example.com#a", "https://u:p@id.example.com", "", "http://127.0.0.1.example.com", "https://id.éx.com",
  ])
  func whatIsNoIssuerIsRefused(issuer: String) {
    #expect(Self.provider("work", issuer) == nil)
  }

  @Test func addressesOnThisMachineNeedNoTLS() {
    for issuer in ["http://127.0.0.1:8080", "http://localhost/a", "http://[::1]:1", "https://id.example.com/realms/a"] {
      #expect(Self.provider("work", issuer) != nil, "\(issuer)")
    }
    #expect(Self.provider("work", "https://a.example", redirect: "http://localhost:3000/back") != nil)
    #expect(Self.provider("work", "https://a.example", redirect: "http://app.example.com/back") == nil)
  }

  @Test func whatIsPendingComesBackAsItWas() throws {
    for purpose in [
      .signIn(workspace: nil), .signIn(workspace: "é"), .join(invitation: [1, 2], name: "n"),
      .join(invitation: [1], name: nil), .link(.numbered(1)),
    ] as [PendingSignIn.Purpose] {
      let pending = PendingSignIn(provider: "work", purpose: purpose, expiresAt: clock.now)
      #expect(PendingSignIn(stored: pending.stored) == pending)
    }
    #expect(PendingSignIn(stored: []) == nil)
  }

  /// RFC 7636, appendix B.
  @Test func theVerifierHasTheLengthThatIsAskedFor() {
    let pending = PendingSignIn(provider: "work", purpose: .signIn(workspace: nil), expiresAt: clock.now)
    #expect(pending.verifier.utf8.count == 43 && pending.nonce.utf8.count == 43 && pending.verifier != pending.nonce)
    #expect(FormText.text([("a b", "é&=+~")]) == "a%20b=%C3%A9%26%3D%2B~")
  }
}
