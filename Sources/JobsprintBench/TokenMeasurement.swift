import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// What tokens cost that are checked without asking anybody: those of requests, and the tickets of wake-ups.
enum TokenMeasurement {
  private static let count = 20_000
  private static let secret = (0..<32).map { UInt8($0) }.hexadecimalText

  static func figures() async throws -> [Figure] {
    let clock = StoppedClock()
    guard let key = NamedKey("bench:\(secret)"), let tickets = TicketRing([key], clock: clock),
      let tokens = AccessTokenRing([key], clock: clock)
    else { throw BenchError(description: "the rings have no keys") }
    let uuids = (0..<count).map { UUIDv7(high: UInt64($0) << 16 | 0x7000, low: 0x8000_0000_0000_0000) }
    let access = uuids.map { uuid in
      tokens.token(
        for: AccessClaims(
          user: UserID(uuid), session: SessionID(uuid), workspace: .initial, expiresAt: clock.now + .seconds(3600)))
    }
    var signed: [String] = []
    let signing = try await microseconds {
      for uuid in uuids { signed.append(await tickets.ticket(for: ExecutionID(uuid), in: .initial)) }
      return signed.count
    }
    let verifying = try await microseconds {
      var valid = 0
      for ticket in signed { if case .valid = await tickets.verdict(on: ticket) { valid += 1 } }
      return valid
    }
    let fresh = try await microseconds { access.count { tokens.claims(of: $0) != nil } }
    // Of as many as are remembered.
    let known = try await microseconds {
      let last = access[count - 1]
      return (0..<count).count { _ in tokens.claims(of: last) != nil }
    }
    return [
      Figure("a ticket is signed", signing, "µs"), Figure("a ticket is checked", verifying, "µs"),
      Figure("an access token is checked, new", fresh, "µs", against: "one core; aim: 60 or less"),
      Figure("an access token is checked, seen before", known, "µs", against: "one core; aim: 15 or less"),
    ]
  }

  /// For each of them, when all of them were good.
  private static func microseconds(_ body: () async -> Int) async throws -> Double {
    let clock = ContinuousClock()
    let begin = clock.now
    guard await body() == count else { throw BenchError(description: "a token was refused") }
    return (clock.now - begin) / .microseconds(1) / Double(count)
  }
}

private struct StoppedClock: WallClock {
  let now = Timestamp(milliseconds: 1_800_000_000_000)

  func sleep(until _: Timestamp) async throws {}
}
