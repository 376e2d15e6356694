import JobsprintDomain
import JobsprintPorts

/// What every ``APIKeyStore`` promises.
public enum APIKeyConformance {
  private static let other = WorkspaceID.numbered(77)

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an empty store has no key") { storage in
      try expect(try await storage.apiKeys.hasAny(), is: false)
      try expect(try await storage.apiKeys.key(withHash: [1]), is: nil)
    },
    ConformanceCheck("a key is found by its hash, in whichever workspace") { storage in
      let keys = storage.apiKeys
      let limited = APIKeyRecord.numbered(
        2, in: other, label: "\u{1F511}", scopes: [.workflowRead, .auditLogList], expiresAt: .seconds(9),
        owner: .numbered(5))
      try expect(try await keys.insert(.numbered(1), recording: .noted()), is: .created)
      try expect(try await keys.insert(limited, recording: .noted(in: other)), is: .created)
      try expect(
        try await keys.insert(.numbered(3, scopes: []), recording: .noted()), is: .created, "a key without scopes:")
      try expect(try await keys.hasAny(), is: true)
      try expect(try await keys.key(withHash: Array("hash 1".utf8)), is: .numbered(1))
      try expect(try await keys.key(withHash: Array("hash 2".utf8)), is: limited)
      try expect(try await keys.key(withHash: Array("hash 3".utf8))?.scopes, is: [])
      try expect(try await keys.key(withHash: Array("hash 4".utf8)), is: nil)
    },
    ConformanceCheck("a key with the same hash stays as it is") { storage in
      let first = APIKeyRecord.numbered(1, hash: "same", label: "first")
      try expect(try await storage.apiKeys.insert(first, recording: .numbered(1)), is: .created)
      try expect(
        try await storage.apiKeys.insert(
          .numbered(2, hash: "same", label: "second"), recording: ChangeRecord(.numbered(2), idempotency: .of("key"))),
        is: .nameTaken)
      try expect(try await storage.apiKeys.key(withHash: Array("same".utf8)), is: first)
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: nil)
      try await storage.expectAudited([1])
    },
    ConformanceCheck("a used idempotency key is replayed, and no key is stored") { storage in
      let kept = IdempotencyRecord.of("key", response: "first")
      _ = try await storage.apiKeys.insert(.numbered(1), recording: ChangeRecord(.numbered(1), idempotency: kept))
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: kept)
      try expect(
        try await storage.apiKeys.insert(
          .numbered(2), recording: ChangeRecord(.numbered(2), idempotency: .of("key", response: "second"))),
        is: .replayed(kept))
      try expect(try await storage.apiKeys.key(withHash: Array("hash 2".utf8)), is: nil)
      try await storage.expectAudited([1])
    },
    ConformanceCheck("keys of a workspace are listed oldest first, by key") { storage in
      for number in [3, 1, 4, 2] { _ = try await storage.apiKeys.insert(.numbered(number), recording: .noted()) }
      _ = try await storage.apiKeys.insert(.numbered(5, in: other), recording: .noted(in: other))
      let first = try await storage.apiKeys.keys(in: .initial, page: PageRequest(limit: 3))
      try expect(first.elements, is: [.numbered(1), .numbered(2), .numbered(3)])
      try expect(first.hasMore, is: true)
      let second = try await storage.apiKeys.keys(in: .initial, page: PageRequest(after: .numbered(3), limit: 3))
      try expect(second.elements, is: [.numbered(4)])
      try expect(second.hasMore, is: false)
      let others = try await storage.apiKeys.keys(in: other, page: PageRequest())
      try expect(others.elements, is: [.numbered(5, in: other)])
    },
    ConformanceCheck("a deleted key is gone, in its workspace only, with one audit entry") { storage in
      let keys = storage.apiKeys
      _ = try await keys.insert(.numbered(1), recording: .numbered(1))
      try expect(try await keys.delete(.numbered(1), in: other, recording: .numbered(2, in: other)), is: nil)
      try expect(try await keys.delete(.numbered(9), in: .initial, recording: .numbered(2)), is: nil)
      try expect(try await keys.key(withHash: Array("hash 1".utf8)), is: .numbered(1))
      try expect(try await keys.delete(.numbered(1), in: .initial, recording: .numbered(3)), is: .numbered(1))
      try expect(try await keys.delete(.numbered(1), in: .initial, recording: .numbered(4)), is: nil)
      try expect(try await keys.key(withHash: Array("hash 1".utf8)), is: nil)
      try expect(try await keys.hasAny(), is: false)
      try expect(
        try await keys.insert(.numbered(2, hash: "hash 1"), recording: .numbered(5)), is: .nameTaken,
        "a deleted key does not come back:")
      try expect(try await keys.key(withHash: Array("hash 1".utf8)), is: nil)
      try await storage.expectAudited([1, 3])
      try await storage.expectAudited([], in: other)
    },
  ]
}
