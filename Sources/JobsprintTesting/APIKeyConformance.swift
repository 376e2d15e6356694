import JobsprintPorts

/// What every ``APIKeyStore`` promises.
public enum APIKeyConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an empty store has no key") { storage in
      try expect(try await storage.apiKeys.hasAny(), is: false)
      try expect(try await storage.apiKeys.key(withHash: [1]), is: nil)
    },
    ConformanceCheck("a key is found by its hash") { storage in
      try await storage.apiKeys.insert(.numbered(1))
      try await storage.apiKeys.insert(.numbered(2))
      try expect(try await storage.apiKeys.hasAny(), is: true)
      try expect(try await storage.apiKeys.key(withHash: Array("hash 2".utf8)), is: .numbered(2))
      try expect(try await storage.apiKeys.key(withHash: Array("hash 3".utf8)), is: nil)
    },
    ConformanceCheck("a key with the same hash stays as it is") { storage in
      try await storage.apiKeys.insert(.numbered(1, hash: "same", label: "first"))
      try await storage.apiKeys.insert(.numbered(2, hash: "same", label: "second"))
      try expect(
        try await storage.apiKeys.key(withHash: Array("same".utf8)), is: .numbered(1, hash: "same", label: "first"))
    },
  ]
}
