import JobsprintDomain
import JobsprintPorts

/// What every ``CredentialStore`` promises.
public enum CredentialStoreConformance {
  private static let other = WorkspaceID.numbered(77)

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a created credential is found in its workspace only, to the last byte") { storage in
      let credential = StoredCredential.numbered(
        1, name: "\u{0} é", sealed: [UInt8](0...255), allowedHosts: ["a.example", "*.b.example"])
      try expect(try await storage.credentials.create(credential, recording: .noted()), is: .created)
      try expect(try await storage.credentials.credential(.numbered(1), in: .initial), is: credential)
      try expect(try await storage.credentials.credential(.numbered(1), in: other), is: nil)
      let closed = StoredCredential.numbered(2, allowedHosts: [])
      _ = try await storage.credentials.create(closed, recording: .noted())
      try expect(try await storage.credentials.credential(.numbered(2), in: .initial), is: closed)
    },
    ConformanceCheck("a used idempotency key is replayed") { storage in
      let kept = IdempotencyRecord.of("key")
      _ = try await storage.credentials.create(.numbered(1), recording: .noted(idempotency: kept))
      try expect(
        try await storage.credentials.create(
          .numbered(2), recording: .noted(idempotency: .of("key", response: "b"))), is: .replayed(kept))
      try expect(try await storage.credentials.credential(.numbered(2), in: .initial), is: nil)
    },
    ConformanceCheck("those of a type and a name are found, oldest first") { storage in
      for credential in [
        StoredCredential.numbered(2, name: "a"), .numbered(1, name: "a"), .numbered(3, name: "a"),
        .numbered(4, name: "a", type: "totpApi"), .numbered(5, name: "A"), .numbered(6, in: other, name: "a"),
      ] {
        _ = try await storage.credentials.create(credential, recording: .noted(in: credential.workspace))
      }
      let found = try await storage.credentials.credentials(named: "a", type: "jwtAuth", in: .initial, limit: 2)
      try expect(found.map(\.id), is: [.numbered(1), .numbered(2)])
    },
    ConformanceCheck("a credential is replaced while its secrets are those that were read") { storage in
      let first = StoredCredential.numbered(1)
      _ = try await storage.credentials.create(first, recording: .noted())
      var second = StoredCredential.numbered(1, name: "b", type: "totpApi", sealed: [1], allowedHosts: ["h"])
      second.secrets = SealedSecrets(key: "new", bytes: [1])
      second.updatedAt = .seconds(8)
      try expect(
        try await storage.credentials.update(second, ifSecrets: first.secrets, recording: .noted()),
        is: .updated(second))
      try expect(try await storage.credentials.credential(.numbered(1), in: .initial), is: second)
      try expect(
        try await storage.credentials.update(first, ifSecrets: first.secrets, recording: .noted()),
        is: .changed(second))
      try expect(try await storage.credentials.credential(.numbered(1), in: .initial), is: second)
      let elsewhere = StoredCredential.numbered(1, in: other)
      try expect(
        try await storage.credentials.update(elsewhere, ifSecrets: second.secrets, recording: .noted(in: other)),
        is: .notFound)
    },
    ConformanceCheck("a deleted credential is gone, and only in its workspace") { storage in
      _ = try await storage.credentials.create(.numbered(1), recording: .noted())
      try expect(try await storage.credentials.delete(.numbered(1), in: other, recording: .noted(in: other)), is: nil)
      try expect(
        try await storage.credentials.delete(.numbered(1), in: .initial, recording: .noted()), is: .numbered(1))
      try expect(try await storage.credentials.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
    },
    ConformanceCheck("credentials are listed oldest first, by key") { storage in
      for number in [3, 1, 4, 2] {
        _ = try await storage.credentials.create(.numbered(number), recording: .noted())
      }
      _ = try await storage.credentials.create(.numbered(5, in: other), recording: .noted(in: other))
      let first = try await storage.credentials.credentials(in: .initial, page: PageRequest(limit: 3))
      try expect(first.elements, is: [.numbered(1), .numbered(2), .numbered(3)])
      try expect(first.hasMore, is: true)
      let second = try await storage.credentials.credentials(
        in: .initial, page: PageRequest(after: .numbered(3), limit: 3))
      try expect(second.elements, is: [.numbered(4)])
      try expect(second.hasMore, is: false)
    },
    ConformanceCheck("each change leaves one audit entry, and what does not happen leaves none") { storage in
      let credentials = storage.credentials
      let credential = StoredCredential.numbered(1)
      _ = try await credentials.create(credential, recording: .numbered(1))
      _ = try await credentials.update(credential, ifSecrets: credential.secrets, recording: .numbered(2))
      let stale = SealedSecrets(key: "key", bytes: [9])
      _ = try await credentials.update(credential, ifSecrets: stale, recording: .numbered(3))
      _ = try await credentials.update(.numbered(9), ifSecrets: stale, recording: .numbered(4))
      _ = try await credentials.delete(.numbered(1), in: .initial, recording: .numbered(5))
      _ = try await credentials.delete(.numbered(1), in: .initial, recording: .numbered(6))
      try await storage.expectAudited([1, 2, 5])
    },
    ConformanceCheck("a change whose audit entry is refused does not happen") { storage in
      let credential = StoredCredential.numbered(1)
      _ = try await storage.credentials.create(credential, recording: .numbered(1))
      try await expectRefusal("the entry's id") {
        _ = try await storage.credentials.create(.numbered(2), recording: .numbered(1))
      }
      try await expectRefusal("the entry's id") {
        var changed = credential
        changed.name = "changed"
        _ = try await storage.credentials.update(changed, ifSecrets: credential.secrets, recording: .numbered(1))
      }
      try await expectRefusal("the entry's id") {
        _ = try await storage.credentials.delete(.numbered(1), in: .initial, recording: .numbered(1))
      }
      try expect(try await storage.credentials.credential(.numbered(1), in: .initial), is: credential)
      try expect(try await storage.credentials.credential(.numbered(2), in: .initial), is: nil)
    },
  ]
}
