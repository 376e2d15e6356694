import JobsprintDomain
public import JobsprintPorts

/// What every ``IdentityStore`` promises.
public enum IdentityConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an identity is one user's, by issuer and subject to the byte") { storage in
      try await storage.enrolled(1, 2)
      let identities = storage.identities
      let identity = LinkedIdentity.numbered(1)
      try expect(try await identities.link(identity, recording: .numbered(31)), is: .done)
      try expect(try await identities.identity(of: identity.subject, at: identity.issuer), is: identity)
      for (subject, issuer) in [
        ("SUBJECT 1", identity.issuer), (identity.subject + " ", identity.issuer),
        (identity.subject, identity.issuer + "/"), (identity.issuer, identity.subject), ("", ""),
      ] {
        try expect(try await identities.identity(of: subject, at: issuer), is: nil)
      }
      var another = LinkedIdentity.numbered(2, of: 2)
      another.subject = identity.subject
      try expect(try await identities.link(another, recording: .numbered(32)), is: .taken)
      another.user = identity.user
      try expect(try await identities.link(another, recording: .numbered(32)), is: .taken)
      another.issuer += "/"
      try expect(try await identities.link(another, recording: .numbered(33)), is: .done)
      try expect(try await identities.link(.numbered(9, of: 9), recording: .numbered(34)), is: .userNotFound)
      try expect(try await identities.identities(of: .numbered(1)), is: [identity, another])
      try expect(try await identities.identities(of: .numbered(2)), is: [])
      try await storage.expectAudited([1, 2, 31, 33])
    },
    ConformanceCheck("a user has so many at most") { storage in
      try await storage.enrolled(1)
      for number in 1...LinkedIdentity.mostOfOneUser {
        try expect(
          try await storage.identities.link(.numbered(number), recording: .numbered(100 + number)), is: .done)
      }
      try expect(try await storage.identities.link(.numbered(50), recording: .numbered(200)), is: .tooMany)
      try expect(
        try await storage.identities.identities(of: .numbered(1)).count, is: LinkedIdentity.mostOfOneUser)
    },
    ConformanceCheck("of two that link one identity at once one gets it") { storage in
      try await storage.enrolled(1, 2)
      async let first = storage.identities.link(.numbered(1), recording: .numbered(31))
      var same = LinkedIdentity.numbered(2, of: 2)
      same.subject = LinkedIdentity.numbered(1).subject
      async let second = storage.identities.link(same, recording: .numbered(32))
      try expect(Set([try await first, try await second]), is: [.done, .taken])
    },
    ConformanceCheck("unlinking ends the user's other sessions, and no others'") { storage in
      try await storage.enrolled(1, 2)
      for (number, user) in [(1, 1), (2, 1), (3, 2)] { try await storage.beginSession(number, of: user) }
      _ = try await storage.identities.link(.numbered(1), recording: .numbered(31))
      func unlink(_ id: Int, of user: Int, _ entry: Int) async throws -> IdentityOutcome {
        try await storage.identities.unlink(
          .numbered(id), of: .numbered(user), keeping: .numbered(2), at: .seconds(50), recording: .numbered(entry))
      }
      try expect(try await unlink(1, of: 2, 32), is: .notFound)
      try expect(try await unlink(9, of: 1, 32), is: .notFound)
      try expect(try await unlink(1, of: 9, 32), is: .userNotFound)
      try expect(try await unlink(1, of: 1, 33), is: .done)
      try expect(try await unlink(1, of: 1, 34), is: .notFound)
      try expect(try await storage.identities.identities(of: .numbered(1)), is: [])
      var revoked: [Timestamp?] = []
      for number in 1...3 {
        revoked.append(try await storage.sessions.standing(of: .numbered(number))?.session.revokedAt)
      }
      try expect(revoked, is: [.seconds(50), nil, nil])
    },
    ConformanceCheck("who has no password keeps one, also of two that unlink at once") { storage in
      let user = User.numbered(1, password: nil)
      try expect(
        try await storage.accounts.enrol(
          user, as: .numbered(1), linking: .numbered(1), spending: nil, onlyAsFirst: false, recording: .numbered(1)),
        is: .done)
      try expect(try await storage.identities.identities(of: user.id), is: [.numbered(1)])
      _ = try await storage.identities.link(.numbered(2), recording: .numbered(31))
      func unlink(_ id: Int) async throws -> IdentityOutcome {
        try await storage.identities.unlink(
          .numbered(id), of: user.id, keeping: nil, at: .seconds(50), recording: .numbered(40 + id))
      }
      async let first = unlink(1)
      async let second = unlink(2)
      try expect(Set([try await first, try await second]), is: [.done, .lastWay])
      try expect(try await storage.identities.identities(of: user.id).count, is: 1)
    },
    ConformanceCheck("nobody is enrolled with another's identity") { storage in
      try await storage.enrolled(1)
      _ = try await storage.identities.link(.numbered(1), recording: .numbered(31))
      var same = LinkedIdentity.numbered(2, of: 2)
      same.subject = LinkedIdentity.numbered(1).subject
      try expect(
        try await storage.accounts.enrol(
          .numbered(2), as: .numbered(2), linking: same, spending: nil, onlyAsFirst: false, recording: .numbered(2)),
        is: .identityTaken)
      try expect(try await storage.accounts.user(.numbered(2)), is: nil)
      try await storage.expectAudited([1, 31])
    },
  ]
}

extension LinkedIdentity {
  public static func numbered(_ number: Int, of user: Int = 1) -> LinkedIdentity {
    LinkedIdentity(
      id: .numbered(number), user: .numbered(user), issuer: "https://id.example.com", subject: "subject \(number)",
      createdAt: .seconds(Int64(number)))
  }
}

extension StorageUnderTest {
  fileprivate func enrolled(_ numbers: Int...) async throws {
    for number in numbers {
      let outcome = try await accounts.enrol(
        .numbered(number), as: .numbered(number), linking: nil, spending: nil, onlyAsFirst: false,
        recording: .numbered(number))
      try expect(outcome, is: .done)
    }
  }

  fileprivate func beginSession(_ number: Int, of user: Int) async throws {
    try await sessions.begin(
      Session(
        id: .numbered(number), user: .numbered(user), workspace: .initial, createdAt: .seconds(1), usedAt: .seconds(1),
        expiresAt: .seconds(1000)),
      refresh: [UInt8](repeating: UInt8(number), count: 32), recording: .numbered(500 + number))
  }
}
