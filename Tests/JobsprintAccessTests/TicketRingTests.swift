import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

/// Tickets of wake-ups: who made one, for what, and when.
@Suite(.timeLimit(.minutes(1))) struct TicketRingTests {
  private let clock = TestClock()
  private let execution = ExecutionID.numbered(1)

  private var now: Int64 { clock.now.milliseconds / 1000 }

  private func key(_ id: String, _ secret: Character) throws -> NamedKey {
    try #require(NamedKey(HandmadeTicket.keyText(id, secret: secret)))
  }

  private func ring(_ keys: [NamedKey]) throws -> TicketRing {
    try #require(TicketRing(keys, clock: clock))
  }

  private func forgedReason(_ ticket: String, _ location: SourceLocation = #_sourceLocation) async throws -> String? {
    guard case .forged(let reason) = await (try ring([key("one", "a")])).verdict(on: ticket) else {
      Issue.record("it was not found to be forged", sourceLocation: location)
      return nil
    }
    // A reason is logged: nothing of the ticket may be in it.
    #expect(!reason.contains("eyJ") && !reason.contains("\(execution)"), sourceLocation: location)
    return reason
  }

  @Test func itsOwnAreValidForAnHour() async throws {
    let ring = try ring([key("one", "a")])
    let ticket = await ring.ticket(for: execution, in: .initial)
    #expect((100..<1000).contains(ticket.utf8.count))
    #expect(await ring.verdict(on: ticket) == .valid(execution: execution, workspace: .initial))
    // A minute is left for the clocks of two machines.
    clock.now = clock.now + .seconds(3659)
    #expect(await ring.verdict(on: ticket) == .valid(execution: execution, workspace: .initial))
    clock.now = clock.now + .seconds(1)
    #expect(await ring.verdict(on: ticket) == .expired(execution: execution, workspace: .initial))
    // Its age doesn't make it anybody's.
    clock.now = clock.now + .seconds(1_000_000)
    #expect(await ring.verdict(on: ticket) == .expired(execution: execution, workspace: .initial))
  }

  @Test func whatIsMadeByHandAsTheStandardSaysIsValid() async throws {
    let ring = try ring([key("one", "a")])
    #expect(
      await ring.verdict(on: HandmadeTicket(issued: now).text) == .valid(execution: execution, workspace: .initial))
    let ahead = HandmadeTicket(issued: now + 60)
    #expect(await ring.verdict(on: ahead.text) == .valid(execution: execution, workspace: .initial))
  }

  @Test func whatIsWrongInOnePlaceIsForged() async throws {
    let sound = HandmadeTicket(issued: now)
    var wrong = sound
    wrong.secret = "b"
    _ = try await forgedReason(wrong.text)
    wrong.key = "two"
    _ = try await forgedReason(wrong.text)
    wrong = sound
    wrong.algorithm = "none"
    _ = try await forgedReason(wrong.text)
    wrong = sound
    wrong.issuer = "somebody"
    _ = try await forgedReason(wrong.text)
    wrong = sound
    wrong.audience = "jobsprint-api"
    _ = try await forgedReason(wrong.text)
    wrong = sound
    wrong.issued = now + 61
    #expect(try await forgedReason(wrong.text)?.contains("future") == true)
  }

  @Test func aHeaderThatNamesAnotherKeyOrAlgorithmIsForged() async throws {
    for change: (inout HandmadeTicket) -> Void in [
      { $0.key = "two" }, { $0.algorithm = "HS512" }, { $0.algorithm = "hs256" },
    ] {
      var wrong = HandmadeTicket(issued: now)
      change(&wrong)
      #expect(try await forgedReason(wrong.text)?.contains("header") == true)
    }
  }

  @Test func claimsOrHeadOfAnotherDoNotFitTheSignature() async throws {
    let parts = HandmadeTicket(issued: now).text.split(separator: ".")
    var other = HandmadeTicket(issued: now)
    other.execution = .numbered(2)
    other.key = "two"
    let otherParts = other.text.split(separator: ".")
    _ = try await forgedReason("\(parts[0]).\(otherParts[1]).\(parts[2])")
    _ = try await forgedReason("\(otherParts[0]).\(parts[1]).\(parts[2])")
    _ = try await forgedReason("\(parts[0]).\(parts[1]).\(otherParts[2])")
  }

  @Test func fragmentsAreForged() async throws {
    let text = HandmadeTicket(issued: now).text
    let parts = text.split(separator: ".")
    for ticket in [
      "", ".", "..", "...", "x", String(text.dropLast()), String(text.dropFirst()), "\(parts[0]).\(parts[1])",
      "\(parts[0]).\(parts[1]).", text + ".", text + "\u{0}", String(repeating: "é", count: 100),
    ] { _ = try await forgedReason(ticket) }
  }

  @Test func whatIsLongerThanFourKilobytesIsNotLookedAt() async throws {
    #expect(try await forgedReason(String(repeating: "A", count: 4097)) == "it is longer than 4 KB")
    #expect(try await forgedReason(String(repeating: "A", count: 4096)) != "it is longer than 4 KB")
  }

  @Test func keysAreChangedWithoutLosingATicket() async throws {
    let (old, new) = (try key("2026-01", "a"), try key("2026-02", "b"))
    let (before, during, after) = (try ring([old]), try ring([new, old]), try ring([new]))
    let valid = TicketVerdict.valid(execution: execution, workspace: .initial)
    let first = await before.ticket(for: execution, in: .initial)
    #expect(await during.verdict(on: first) == valid)
    let second = await during.ticket(for: execution, in: .initial)
    #expect(await during.verdict(on: second) == valid)
    #expect(await after.verdict(on: second) == valid)
    for (ring, ticket) in [(after, first), (before, second)] {
      guard case .forged = await ring.verdict(on: ticket) else {
        Issue.record("a key that isn't in the ring was accepted")
        continue
      }
    }
  }

  @Test func aRingHasAKey() async { #expect(TicketRing([], clock: clock) == nil) }
}
