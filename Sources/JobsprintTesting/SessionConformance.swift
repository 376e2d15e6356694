import JobsprintDomain
import JobsprintPorts

/// What every ``SessionStore`` promises.
public enum SessionConformance {
  private static let other = WorkspaceID.numbered(77)

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a session stands with its user's status and role") { storage in
      try await storage.enrol(1, .editor)
      let session = Session.numbered(5)
      try await storage.sessions.begin(session, refresh: [1], recording: .numbered(1))
      try expect(
        try await storage.sessions.standing(of: .numbered(5)),
        is: SessionStanding(session: session, status: .active, role: .editor))
      try expect(try await storage.sessions.standing(of: .numbered(6)), is: nil)
      // A workspace in which he has no role.
      try await storage.sessions.begin(.numbered(6, in: other), refresh: [2], recording: .noted(in: other))
      try expect(try await storage.sessions.standing(of: .numbered(6))?.role, is: nil)
    },
    ConformanceCheck("a refresh token is exchanged once, and is known afterwards") { storage in
      try await storage.enrol(1)
      let sessions = storage.sessions
      try await sessions.begin(.numbered(1), refresh: [1], recording: .noted())
      try expect(
        try await sessions.refreshToken(withHash: [1]), is: RefreshTokenState(session: .numbered(1), usedAt: nil))
      try expect(try await sessions.rotate([1], to: [2], at: .seconds(20)), is: true)
      try expect(try await sessions.rotate([1], to: [3], at: .seconds(21)), is: false)
      try expect(
        try await sessions.refreshToken(withHash: [1]),
        is: RefreshTokenState(session: .numbered(1), usedAt: .seconds(20)))
      try expect(
        try await sessions.refreshToken(withHash: [2]), is: RefreshTokenState(session: .numbered(1), usedAt: nil))
      try expect(try await sessions.refreshToken(withHash: [3]), is: nil)
      try expect(try await sessions.standing(of: .numbered(1))?.session.usedAt, is: .seconds(20))
      try expect(try await sessions.rotate([9], to: [10], at: .seconds(21)), is: false, "an unknown token:")
    },
    ConformanceCheck("of many who exchange a refresh token at once one wins") { storage in
      try await storage.enrol(1)
      try await storage.sessions.begin(.numbered(1), refresh: [1], recording: .noted())
      let won = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 2...9 {
          group.addTask { try await storage.sessions.rotate([1], to: [UInt8(number)], at: .seconds(20)) }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      try expect(won, is: 1)
    },
    ConformanceCheck("a session that is over gives no token, and stays over") { storage in
      try await storage.enrol(1)
      let sessions = storage.sessions
      try await sessions.begin(.numbered(1), refresh: [1], recording: .numbered(1))
      try await sessions.begin(.numbered(2, expiresAt: .seconds(30)), refresh: [2], recording: .numbered(2))
      try expect(
        try await sessions.revoke(.numbered(1), of: .numbered(2), at: .seconds(20), recording: .numbered(3)),
        is: false, "another's:")
      try expect(
        try await sessions.revoke(.numbered(1), of: .numbered(1), at: .seconds(20), recording: .numbered(4)), is: true)
      try expect(
        try await sessions.revoke(.numbered(1), of: .numbered(1), at: .seconds(25), recording: .numbered(5)), is: false)
      try expect(try await sessions.standing(of: .numbered(1))?.session.revokedAt, is: .seconds(20))
      try expect(try await sessions.rotate([1], to: [3], at: .seconds(21)), is: false, "a revoked one:")
      try expect(try await sessions.refreshToken(withHash: [1])?.usedAt, is: nil, "nothing is written:")
      try expect(try await sessions.rotate([2], to: [3], at: .seconds(30)), is: false, "an expired one:")
      try expect(try await sessions.rotate([2], to: [3], at: .seconds(29)), is: true)
      try await storage.expectAudited([1, 2, 4, 1_000_000_000])
    },
    ConformanceCheck("a user's sessions are listed newest first, while they last, and revoked at once") { storage in
      try await storage.enrol(1)
      try await storage.enrol(2)
      let sessions = storage.sessions
      for number in 1...3 {
        try await sessions.begin(.numbered(number), refresh: [UInt8(number)], recording: .noted())
      }
      try await sessions.begin(.numbered(4, of: 2), refresh: [4], recording: .noted())
      try await sessions.begin(.numbered(5, expiresAt: .seconds(10)), refresh: [5], recording: .noted())
      let first = try await sessions.sessions(of: .numbered(1), at: .seconds(10), page: PageRequest(limit: 2))
      try expect(first.elements, is: [.numbered(3), .numbered(2)])
      try expect(first.hasMore, is: true)
      let second = try await sessions.sessions(
        of: .numbered(1), at: .seconds(10), page: PageRequest(after: .numbered(2), limit: 2))
      try expect(second.elements, is: [.numbered(1)])
      try expect(try await sessions.revokeAll(of: .numbered(1), at: .seconds(11), recording: .noted()), is: 4)
      let none = try await sessions.sessions(of: .numbered(1), at: .seconds(11), page: PageRequest())
      try expect(none.elements, is: [])
      try expect(try await sessions.standing(of: .numbered(4))?.session.revokedAt, is: nil, "another's:")
    },
    ConformanceCheck("what is over for long is forgotten, in bounded batches") { storage in
      try await storage.enrol(1)
      let sessions = storage.sessions
      for number in 1...3 {
        try await sessions.begin(
          .numbered(number, expiresAt: .seconds(Int64(10 * number))), refresh: [UInt8(number)], recording: .noted())
      }
      try await storage.accounts.keep(.numbered(1, expiresAt: .seconds(10)), recording: nil)
      try await storage.accounts.keep(.numbered(2, expiresAt: .seconds(40)), recording: nil)
      try expect(try await sessions.forget(before: .seconds(30), limit: 1), is: 2)
      try expect(try await sessions.forget(before: .seconds(30), limit: 5), is: 1)
      try expect(try await sessions.forget(before: .seconds(30), limit: 5), is: 0)
      for number in 1...3 {
        try expect(try await sessions.standing(of: .numbered(number)) != nil, is: number == 3)
        try expect(try await sessions.refreshToken(withHash: [UInt8(number)]) != nil, is: number == 3)
      }
      try expect(try await storage.accounts.token(withHash: OneTimeToken.numbered(1).hash), is: nil)
      try expect(try await storage.accounts.token(withHash: OneTimeToken.numbered(2).hash)?.id, is: .numbered(2))
    },
  ]
}

extension StorageUnderTest {
  fileprivate func enrol(_ user: Int, _ role: Role = .owner) async throws {
    let outcome = try await accounts.enrol(
      .numbered(user), as: .numbered(user, role), linking: nil, spending: nil, onlyAsFirst: false,
      recording: ChangeRecord(.numbered(1_000_000_000 - 1 + user)))
    try expect(outcome, is: .done)
  }
}
