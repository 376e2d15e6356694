import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintAccess

/// The token corpus: each is wrong in one place, and none is taken.
@Suite(.timeLimit(.minutes(1))) struct AccessTokenRingTests {
  private let clock = TestClock()
  private let secret = (0..<32).map { UInt8($0) }
  private let other = (0..<32).map { UInt8(255 - $0) }

  private var now: Int64 { clock.now.milliseconds / 1000 }

  private func key(_ id: String, _ secret: [UInt8]) throws -> NamedKey {
    try #require(NamedKey("\(id):\(secret.hexadecimalText)"))
  }

  private func ring() throws -> AccessTokenRing {
    let keys = [try key("one", secret), try key("two", other)]
    return try #require(AccessTokenRing(keys, clock: clock))
  }

  private func sound() -> HandmadeToken {
    HandmadeToken(key: "one", secret: secret, user: .numbered(1), session: .numbered(2), issued: now)
  }

  @Test func itsOwnAreGoodUntilTheyExpire() async throws {
    let ring = try ring()
    let claims = AccessClaims(
      user: .numbered(1), session: .numbered(2), workspace: .numbered(3), expiresAt: clock.now + .seconds(60))
    let token = ring.token(for: claims)
    #expect(AccessTokenRing.hasForm(of: token) && token.utf8.count < 1000)
    #expect(ring.claims(of: token) == claims)
    clock.now = clock.now + .seconds(59)
    #expect(ring.claims(of: token) == claims, "from memory")
    clock.now = clock.now + .seconds(1)
    #expect(ring.claims(of: token) == nil, "from memory, too")
    #expect(try self.ring().claims(of: token) == nil)
  }

  @Test func whatIsMadeByHandAsTheStandardSaysIsGood() async throws {
    #expect(try ring().claims(of: sound().text)?.user == .numbered(1))
    var second = sound()
    (second.header["kid"], second.secret) = ("two", other)
    #expect(try ring().claims(of: second.text) != nil, "each key of the ring is accepted")
  }

  @Test func whatIsWrongInOnePlaceIsNothing() async throws {
    let ring = try ring()
    let changes: [(String, (inout HandmadeToken) -> Void)] = [
      ("secret", { $0.secret = self.other }), ("empty secret", { $0.secret = [] }),
      ("kid of another key", { $0.header["kid"] = "two" }), ("unknown kid", { $0.header["kid"] = "three" }),
      ("kid with a path", { $0.header["kid"] = "../../dev/null" }),
      ("kid with SQL", { $0.header["kid"] = "' OR 1=1 --" }),
      ("kid of another type", { $0.header["kid"] = 1 }), ("no kid", { $0.header["kid"] = nil }),
      ("alg none", { $0.header["alg"] = "none" }), ("alg None", { $0.header["alg"] = "None" }),
      ("alg hs256", { $0.header["alg"] = "hs256" }), ("alg HS512", { $0.header["alg"] = "HS512" }),
      ("alg RS256", { $0.header["alg"] = "RS256" }), ("no alg", { $0.header["alg"] = nil }),
      ("typ JWT, as tickets have", { $0.header["typ"] = "JWT" }), ("no typ", { $0.header["typ"] = nil }),
      ("jwk", { $0.header["jwk"] = ["kty": "oct", "k": "AAAA"] }),
      ("jku", { $0.header["jku"] = "https://example.com" }),
      ("x5u", { $0.header["x5u"] = "https://example.com" }), ("crit", { $0.header["crit"] = ["exp"] }),
      ("b64", { $0.header["b64"] = false }), ("zip", { $0.header["zip"] = "DEF" }),
      ("issuer", { $0.claims["iss"] = "somebody" }), ("audience of tickets", { $0.claims["aud"] = "jobsprint-worker" }),
      ("audiences", { $0.claims["aud"] = ["jobsprint-api", "other"] }), ("no audience", { $0.claims["aud"] = nil }),
      ("kind", { $0.claims["knd"] = "refresh" }), ("no kind", { $0.claims["knd"] = nil }),
      ("no subject", { $0.claims["sub"] = nil }), ("subject is no id", { $0.claims["sub"] = "admin" }),
      ("no session", { $0.claims["sid"] = nil }), ("session is no id", { $0.claims["sid"] = "x" }),
      ("no workspace", { $0.claims["wsp"] = nil }), ("no end", { $0.claims["exp"] = nil }),
      ("end as text", { $0.claims["exp"] = "9999999999" }),
      ("end as a fraction", { $0.claims["exp"] = .double(1e300) }),
      ("end beyond all time", { $0.claims["exp"] = .integer(.max) }),
      ("ended", { $0.claims["exp"] = .integer(self.now) }),
      ("ended before time began", { $0.claims["exp"] = .integer(.min) }), ("no beginning", { $0.claims["nbf"] = nil }),
      ("not yet", { $0.claims["nbf"] = .integer(self.now + 61) }),
      ("from the future", { $0.claims["iat"] = .integer(self.now + 61) }),
      ("8 KB of claims", { $0.claims["x"] = .string(String(repeating: "a", count: 8192)) }),
    ]
    for (name, change) in changes {
      var wrong = sound()
      change(&wrong)
      #expect(ring.claims(of: wrong.text) == nil, "\(name)")
      #expect(ring.claims(of: wrong.textAsTheHeaderSays) == nil, "\(name), unsigned or signed as the header says")
    }
  }

  @Test func clocksOfTwoMachinesMayDifferByAMinute() async throws {
    let ring = try ring()
    var ahead = sound()
    ahead.claims["nbf"] = .integer(now + 60)
    ahead.claims["iat"] = .integer(now + 60)
    #expect(ring.claims(of: ahead.text) != nil)
  }

  @Test func partsOfTwoTokensDoNotFit() async throws {
    let ring = try ring()
    var another = sound()
    another.claims["sub"] = .string("\(UserID.numbered(9))")
    let (mine, others) = (sound().text.split(separator: "."), another.text.split(separator: "."))
    #expect(ring.claims(of: "\(mine[0]).\(others[1]).\(mine[2])") == nil)
    #expect(ring.claims(of: "\(mine[0]).\(mine[1]).\(others[2])") == nil)
    for fragment in [
      "", ".", "..", "...", "eyJ..", "\(mine[0]).\(mine[1])", "\(mine[0]).\(mine[1]).", "\(mine[0])..\(mine[2])",
      sound().text + ".", sound().text + "\u{0}", " " + sound().text, String(repeating: "é", count: 500),
    ] { #expect(ring.claims(of: fragment) == nil, "\(fragment.prefix(20))") }
  }

  /// The other way round is in TicketRingTests: a ticket's ring wants other keys, another audience and another type.
  @Test func aTicketIsNoAccessTokenEvenWithTheSameKey() async throws {
    let key = try #require(NamedKey("one:\(secret.hexadecimalText)"))
    let tickets = try #require(TicketRing([key], clock: clock))
    let ticket = await tickets.ticket(for: .numbered(1), in: .initial)
    #expect(try ring().claims(of: ticket) == nil)
    guard case .forged = await tickets.verdict(on: sound().text) else {
      Issue.record("an access token was taken for a ticket")
      return
    }
  }

  @Test func keysAreChangedWithoutSigningAnybodyOut() async throws {
    let (old, new) = (try key("old", secret), try key("new", other))
    let before = try #require(AccessTokenRing([old], clock: clock))
    let during = try #require(AccessTokenRing([new, old], clock: clock))
    let after = try #require(AccessTokenRing([new], clock: clock))
    let claims = AccessClaims(
      user: .numbered(1), session: .numbered(2), workspace: .initial, expiresAt: clock.now + .seconds(60))
    let (first, second) = (before.token(for: claims), during.token(for: claims))
    #expect(during.claims(of: first) == claims)
    #expect(after.claims(of: second) == claims)
    #expect(after.claims(of: first) == nil)
    #expect(before.claims(of: second) == nil)
  }

  @Test(arguments: [
    "", "one", "one:", ":\(String(repeating: "ab", count: 32))", "one:\(String(repeating: "0", count: 64))",
    "one:\(String(repeating: "ab", count: 32))", "one:00112233", "one:secret",
    "\(String(repeating: "k", count: 65)):000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
  ])
  func aKeyThatCouldBeGuessedIsRefused(_ text: String) {
    #expect(NamedKey(text) == nil)
  }
}
