import JobsprintDomain
import JobsprintPorts

/// What every ``AccountStore`` promises.
public enum AccountConformance {
  private static let other = WorkspaceID.numbered(77)

  public static let checks = users + members + owners + tokens

  private static let users: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an empty store has no user") { storage in
      try expect(try await storage.accounts.hasUsers(), is: false)
      try expect(try await storage.accounts.user(.numbered(1)), is: nil)
      try expect(try await storage.accounts.users(page: PageRequest()).elements, is: [])
    },
    ConformanceCheck("a user is found by id and by email address, whatever its case") { storage in
      let user = User.numbered(1, email: "Ann.Example@Example.com")
      try expect(try await storage.enrol(user, recording: .numbered(1)), is: .done)
      try expect(try await storage.accounts.hasUsers(), is: true)
      let found = try required(
        try await storage.accounts.user(withEmail: EmailAddress(stored: "ann.example@EXAMPLE.COM")))
      try expect(found, is: user)
      try expect(found.email.text, is: "Ann.Example@Example.com", "as it was written:")
      try expect(try await storage.accounts.user(.numbered(1)), is: user)
      try expect(try await storage.accounts.user(withEmail: EmailAddress(stored: "ann@example.com")), is: nil)
      try await storage.expectAudited([1])
    },
    ConformanceCheck("an email address is one user's, and nothing is written for a second") { storage in
      _ = try await storage.enrol(.numbered(1, email: "a@b"), recording: .numbered(1))
      try expect(
        try await storage.enrol(.numbered(2, email: "A@B"), in: other, recording: .numbered(2, in: other)),
        is: .emailTaken)
      try expect(try await storage.accounts.user(.numbered(2)), is: nil)
      try expect(try await storage.accounts.memberships(of: .numbered(2)), is: [])
      try await storage.expectAudited([1])
      try await storage.expectAudited([], in: other)
    },
    ConformanceCheck("the first user is made once, of many at a time") { storage in
      try await storage.accounts.keep(.numbered(1, .setup), recording: nil)
      try await storage.accounts.keep(.numbered(2, .setup), recording: nil)
      let outcomes = try await withThrowingTaskGroup(of: AccountOutcome.self) { group in
        for number in 1...4 {
          group.addTask {
            try await storage.accounts.enrol(
              .numbered(number), as: .numbered(number), linking: nil, spending: nil, onlyAsFirst: true,
              recording: .numbered(number))
          }
        }
        return try await group.reduce(into: [AccountOutcome]()) { $0.append($1) }
      }
      try expect(outcomes.count { $0 == .done }, is: 1)
      try expect(outcomes.count { $0 == .notFirst }, is: 3)
      try expect(try await storage.accounts.users(page: PageRequest()).elements.count, is: 1)
      for number in 1...2 {
        try expect(
          try await storage.accounts.token(withHash: OneTimeToken.numbered(number).hash), is: nil, "a setup token:")
      }
    },
    ConformanceCheck("users are listed oldest first, by key") { storage in
      for number in [3, 1, 2] { _ = try await storage.enrol(.numbered(number)) }
      let first = try await storage.accounts.users(page: PageRequest(limit: 2))
      try expect(first.elements, is: [.numbered(1), .numbered(2)])
      try expect(first.hasMore, is: true)
      let second = try await storage.accounts.users(page: PageRequest(after: .numbered(2), limit: 2))
      try expect(second.elements, is: [.numbered(3)])
      try expect(second.hasMore, is: false)
    },
    ConformanceCheck("a hash of a password gives way to another while it is there") { storage in
      _ = try await storage.accounts.enrol(
        .numbered(1, password: "old"), as: .numbered(1), linking: nil, spending: nil, onlyAsFirst: false,
        recording: .numbered(1))
      try await storage.accounts.replacePasswordHash("other", of: .numbered(1), with: "new")
      try expect(try await storage.accounts.user(.numbered(1))?.passwordHash, is: "old")
      try await storage.accounts.replacePasswordHash("old", of: .numbered(1), with: "new")
      try expect(try await storage.accounts.user(.numbered(1))?.passwordHash, is: "new")
      try await storage.accounts.replacePasswordHash("old", of: .numbered(9), with: "new")
      try await storage.expectAudited([1])
    },
    ConformanceCheck("a password is set, and all sessions but one are over") { storage in
      _ = try await storage.enrol(.numbered(1))
      for number in 1...3 { try await storage.begin(.numbered(number)) }
      try expect(
        try await storage.accounts.setPassword(
          "new", of: .numbered(1), spending: nil, keeping: .numbered(2), at: .seconds(50), recording: .numbered(9)),
        is: .done)
      let user = try required(try await storage.accounts.user(.numbered(1)))
      try expect(user.passwordHash, is: "new")
      try expect(user.updatedAt, is: .seconds(50))
      for number in 1...3 {
        let session = try required(try await storage.sessions.standing(of: .numbered(number))).session
        try expect(session.revokedAt, is: number == 2 ? nil : .seconds(50))
      }
      try expect(
        try await storage.accounts.setPassword(
          "x", of: .numbered(9), spending: nil, keeping: nil, at: .seconds(50), recording: .noted()),
        is: .notFound)
    },
  ]

  private static let members: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a user joins a workspace once") { storage in
      _ = try await storage.enrol(.numbered(1), recording: .numbered(1))
      let joining = Membership.numbered(1, in: other, .viewer)
      try expect(
        try await storage.accounts.join(joining, spending: nil, recording: .numbered(2, in: other)), is: .done)
      try expect(
        try await storage.accounts.join(
          .numbered(1, in: other, .owner), spending: nil, recording: .numbered(3, in: other)), is: .memberAlready)
      try expect(
        try await storage.accounts.join(
          .numbered(8, in: other), spending: nil, recording: .numbered(4, in: other)), is: .notFound)
      try expect(try await storage.accounts.memberships(of: .numbered(1)), is: [.numbered(1), joining])
      try expect(try await storage.accounts.member(.numbered(1), in: other)?.role, is: .viewer)
      try await storage.expectAudited([1])
      try await storage.expectAudited([2], in: other)
    },
    ConformanceCheck("members are listed by workspace, without their passwords") { storage in
      for number in [3, 1, 2] { _ = try await storage.enrol(.numbered(number), .admin) }
      _ = try await storage.enrol(.numbered(4), in: other)
      let first = try await storage.accounts.members(in: .initial, page: PageRequest(limit: 2))
      try expect(first.elements.map(\.user), is: [.numbered(1, password: nil), .numbered(2, password: nil)])
      try expect(first.elements.map(\.role), is: [.admin, .admin])
      try expect(first.hasMore, is: true)
      let second = try await storage.accounts.members(in: .initial, page: PageRequest(after: .numbered(2), limit: 2))
      try expect(second.elements.map(\.user.id), is: [.numbered(3)])
      try expect(try await storage.accounts.member(.numbered(4), in: .initial), is: nil)
      let found = try await storage.accounts.member(.numbered(4), in: other)
      try expect(found, is: Member(user: .numbered(4, password: nil), role: .owner))
    },
    ConformanceCheck("a role changes in its workspace only") { storage in
      for number in 1...2 { _ = try await storage.enrol(.numbered(number), recording: .numbered(number)) }
      _ = try await storage.accounts.join(.numbered(1, in: other), spending: nil, recording: .noted(in: other))
      try expect(
        try await storage.accounts.changeRole(
          of: .numbered(1), in: .initial, to: .viewer, at: .seconds(70), recording: .numbered(3)), is: .done)
      try expect(try await storage.accounts.member(.numbered(1), in: .initial)?.role, is: .viewer)
      try expect(try await storage.accounts.member(.numbered(1), in: other)?.role, is: .owner)
      let changed = try await storage.accounts.memberships(of: .numbered(1)).first
      try expect(changed?.updatedAt, is: .seconds(70))
      try expect(
        try await storage.accounts.changeRole(
          of: .numbered(2), in: other, to: .viewer, at: .seconds(70), recording: .numbered(4, in: other)),
        is: .notFound)
      try await storage.expectAudited([1, 2, 3])
    },
    ConformanceCheck("whoever is removed has no session left in the workspace, nor after he is back") { storage in
      for number in 1...2 { _ = try await storage.enrol(.numbered(number), recording: .numbered(number)) }
      _ = try await storage.accounts.join(.numbered(1, in: other), spending: nil, recording: .noted(in: other))
      try await storage.begin(.numbered(1))
      try await storage.begin(.numbered(2, in: other))
      try expect(
        try await storage.accounts.remove(
          .numbered(1), from: .initial, at: .seconds(70), recording: .numbered(20)), is: .done)
      try expect(
        try await storage.accounts.remove(
          .numbered(1), from: .initial, at: .seconds(70), recording: .numbered(21)), is: .notFound)
      try expect(try await storage.accounts.member(.numbered(1), in: .initial), is: nil)
      try expect(try await storage.accounts.user(.numbered(1))?.status, is: .active, "the user stays:")
      _ = try await storage.accounts.join(.numbered(1), spending: nil, recording: .numbered(22))
      let ended = try required(try await storage.sessions.standing(of: .numbered(1)))
      try expect(ended.role(at: .seconds(71)), is: nil)
      let other = try required(try await storage.sessions.standing(of: .numbered(2)))
      try expect(other.role(at: .seconds(71)), is: .owner)
    },
  ]

  private static let owners: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("the last owner is not removed, demoted or disabled") { storage in
      _ = try await storage.enrol(.numbered(1), recording: .numbered(1))
      _ = try await storage.enrol(.numbered(2), .admin, recording: .numbered(2))
      let accounts = storage.accounts
      try expect(
        try await accounts.changeRole(
          of: .numbered(1), in: .initial, to: .admin, at: .seconds(9), recording: .numbered(3)), is: .lastOwner)
      try expect(
        try await accounts.remove(.numbered(1), from: .initial, at: .seconds(9), recording: .numbered(3)),
        is: .lastOwner)
      try expect(
        try await accounts.setStatus(.disabled, of: .numbered(1), at: .seconds(9), recording: .numbered(3)),
        is: .lastOwner)
      try expect(
        try await accounts.changeRole(
          of: .numbered(1), in: .initial, to: .owner, at: .seconds(9), recording: .numbered(4)), is: .done,
        "an owner may stay one:")
      try await storage.expectAudited([1, 2, 4])
    },
    ConformanceCheck("an owner who is disabled is no owner to rely on") { storage in
      for number in 1...2 { _ = try await storage.enrol(.numbered(number)) }
      let accounts = storage.accounts
      try await storage.begin(.numbered(1, of: 2))
      try expect(
        try await accounts.setStatus(.disabled, of: .numbered(2), at: .seconds(9), recording: .noted()), is: .done)
      let ended = try required(try await storage.sessions.standing(of: .numbered(1)))
      try expect(ended.status, is: .disabled)
      try expect(ended.session.revokedAt, is: .seconds(9))
      try expect(
        try await accounts.remove(.numbered(1), from: .initial, at: .seconds(9), recording: .noted()), is: .lastOwner)
      try expect(
        try await accounts.remove(.numbered(2), from: .initial, at: .seconds(9), recording: .noted()), is: .done,
        "the disabled one may go:")
      try expect(
        try await accounts.setStatus(.active, of: .numbered(2), at: .seconds(9), recording: .noted()), is: .done)
      try expect(
        try await accounts.setStatus(.disabled, of: .numbered(9), at: .seconds(9), recording: .noted()),
        is: .notFound)
    },
    ConformanceCheck("two owners who leave at once do not both leave") { storage in
      for round in 0..<5 {
        let workspace = WorkspaceID.numbered(500 + round)
        let (one, two) = (10 * round + 1, 10 * round + 2)
        for number in [one, two] { _ = try await storage.enrol(.numbered(number), in: workspace) }
        async let first = storage.accounts.remove(
          .numbered(one), from: workspace, at: .seconds(9), recording: .noted(in: workspace))
        async let second = storage.accounts.setStatus(
          .disabled, of: .numbered(two), at: .seconds(9), recording: .noted(in: workspace))
        let outcomes = try await [first, second]
        try expect(outcomes.count { $0 == .done }, is: 1, "round \(round):")
        try expect(outcomes.count { $0 == .lastOwner }, is: 1, "round \(round):")
      }
    },
  ]

  private static let tokens: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a one-time token is spent once, with what it is for") { storage in
      for number in 1...3 {
        try await storage.accounts.keep(.numbered(number, in: other), recording: .numbered(number, in: other))
      }
      let token = OneTimeToken.numbered(1, in: other)
      try expect(try await storage.accounts.token(withHash: token.hash), is: token)
      try expect(
        try await storage.enrol(.numbered(1), in: other, spending: 1, recording: .numbered(4, in: other)), is: .done)
      try expect(try await storage.accounts.token(withHash: token.hash), is: nil)
      try expect(
        try await storage.enrol(.numbered(2), in: other, spending: 1, recording: .numbered(5, in: other)),
        is: .tokenSpent)
      try expect(try await storage.accounts.user(.numbered(2)), is: nil)
      // What fails for another reason leaves it good.
      try expect(
        try await storage.enrol(.numbered(1), in: other, spending: 2, recording: .numbered(5, in: other)),
        is: .emailTaken)
      try expect(
        try await storage.accounts.join(
          .numbered(1, in: other), spending: OneTimeToken.numbered(2).hash, recording: .numbered(5, in: other)),
        is: .memberAlready)
      try expect(try await storage.accounts.token(withHash: OneTimeToken.numbered(2).hash)?.id, is: .numbered(2))
      try await storage.expectAudited([1, 2, 3, 4], in: other)
    },
    ConformanceCheck("an invitation under a used idempotency key is not kept") { storage in
      let kept = IdempotencyRecord.of("key")
      try expect(
        try await storage.accounts.keep(.numbered(1), recording: .noted(idempotency: kept)), is: .created)
      try expect(
        try await storage.accounts.keep(
          .numbered(2), recording: .noted(idempotency: .of("key", response: "another"))), is: .replayed(kept))
      try expect(
        try await storage.accounts.invitations(to: .initial, page: PageRequest()).elements, is: [.numbered(1)])
    },
    ConformanceCheck("a reset of a password spends its token") { storage in
      _ = try await storage.enrol(.numbered(1))
      let token = OneTimeToken.numbered(1, .passwordReset)
      try await storage.accounts.keep(token, recording: .noted())
      try expect(try await storage.accounts.token(withHash: token.hash), is: token)
      for expected in [AccountOutcome.done, .tokenSpent] {
        try expect(
          try await storage.accounts.setPassword(
            "by token", of: .numbered(1), spending: token.hash, keeping: nil, at: .seconds(50), recording: .noted()),
          is: expected)
      }
    },
    ConformanceCheck("invitations are listed by workspace and taken back") { storage in
      for number in [2, 1] { try await storage.accounts.keep(.numbered(number), recording: .noted()) }
      try await storage.accounts.keep(.numbered(3, in: other), recording: .noted(in: other))
      try await storage.accounts.keep(.numbered(4, .passwordReset), recording: .noted())
      let list = try await storage.accounts.invitations(to: .initial, page: PageRequest())
      try expect(list.elements, is: [.numbered(1), .numbered(2)])
      try expect(
        try await storage.accounts.revokeInvitation(.numbered(3), to: .initial, recording: .noted()), is: nil)
      try expect(
        try await storage.accounts.revokeInvitation(.numbered(4), to: .initial, recording: .noted()), is: nil)
      try expect(
        try await storage.accounts.revokeInvitation(.numbered(1), to: .initial, recording: .noted()),
        is: .numbered(1))
      try expect(try await storage.accounts.token(withHash: OneTimeToken.numbered(1).hash), is: nil)
    },
  ]
}

extension StorageUnderTest {
  fileprivate func enrol(
    _ user: User, _ role: Role = .owner, in workspace: WorkspaceID = .initial, spending token: Int? = nil,
    recording record: ChangeRecord? = nil
  ) async throws -> AccountOutcome {
    try await accounts.enrol(
      user,
      as: Membership(
        workspace: workspace, user: user.id, role: role, createdAt: user.createdAt, updatedAt: user.updatedAt),
      linking: nil, spending: token.map { OneTimeToken.numbered($0).hash }, onlyAsFirst: false,
      recording: record ?? .noted(in: workspace))
  }

  fileprivate func begin(_ session: Session) async throws {
    try await sessions.begin(
      session, refresh: Array("refresh \(session.id)".utf8), recording: .noted(in: session.workspace))
  }
}
