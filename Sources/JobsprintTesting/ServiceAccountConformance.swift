public import JobsprintDomain
public import JobsprintPorts

/// What every ``ServiceAccountStore`` promises.
public enum ServiceAccountConformance {
  private static let other = WorkspaceID.numbered(77)

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an account is in its workspace only, and its name is taken once there") { storage in
      let accounts = storage.serviceAccounts
      let account = ServiceAccount.numbered(1, name: "\u{0} é")
      try expect(try await accounts.create(account, recording: .numbered(1)), is: .created)
      try expect(try await accounts.account(.numbered(1), in: .initial), is: account)
      try expect(try await accounts.account(.numbered(1), in: other), is: nil)
      try expect(
        try await accounts.create(
          .numbered(2, name: account.name), recording: ChangeRecord(.numbered(2), idempotency: .of("key"))),
        is: .nameTaken)
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: nil)
      try expect(
        try await accounts.create(.numbered(3, in: other, name: account.name), recording: .noted(in: other)),
        is: .created)
      try await storage.expectAudited([1])
    },
    ConformanceCheck("a used idempotency key is replayed") { storage in
      let kept = IdempotencyRecord.of("key")
      _ = try await storage.serviceAccounts.create(.numbered(1), recording: .noted(idempotency: kept))
      try expect(
        try await storage.serviceAccounts.create(
          .numbered(2), recording: .noted(idempotency: .of("key", response: "b"))), is: .replayed(kept))
    },
    ConformanceCheck("accounts are listed oldest first, walked by key, of one workspace") { storage in
      for number in [3, 1, 2] {
        _ = try await storage.serviceAccounts.create(.numbered(number), recording: .noted())
      }
      _ = try await storage.serviceAccounts.create(.numbered(9, in: other), recording: .noted(in: other))
      let first = try await storage.serviceAccounts.accounts(in: .initial, page: PageRequest(limit: 2))
      try expect(first.elements, is: [.numbered(1), .numbered(2)])
      try expect(first.hasMore, is: true)
      let second = try await storage.serviceAccounts.accounts(
        in: .initial, page: PageRequest(after: .numbered(2), limit: 2))
      try expect(second.elements, is: [.numbered(3)])
      try expect(second.hasMore, is: false)
    },
    ConformanceCheck("an account gets another name, another role, or both") { storage in
      let accounts = storage.serviceAccounts
      for number in 1...2 { _ = try await accounts.create(.numbered(number), recording: .noted()) }
      func update(
        _ number: Int, name: String? = nil, role: Role? = nil, in workspace: WorkspaceID = .initial
      ) async throws -> UpdateOutcome<ServiceAccount> {
        try await accounts.update(
          .numbered(number), in: workspace, name: name, role: role, at: .seconds(8), recording: .noted(in: workspace))
      }
      var changed = ServiceAccount.numbered(1)
      changed.role = .viewer
      changed.updatedAt = .seconds(8)
      try expect(try await update(1, role: .viewer), is: .updated(changed))
      changed.name = "new"
      try expect(try await update(1, name: "new"), is: .updated(changed))
      try expect(try await update(1, name: "account 2"), is: .nameTaken)
      try expect(try await update(1, name: "x", in: other), is: .notFound)
      try expect(try await update(9, name: "x"), is: .notFound)
      try expect(try await accounts.account(.numbered(1), in: .initial), is: changed)
    },
    ConformanceCheck("with an account its keys go, for good, and nobody else's") { storage in
      let accounts = storage.serviceAccounts
      for number in 1...2 { _ = try await accounts.create(.numbered(number), recording: .noted()) }
      for (number, owner) in [(1, 1), (2, 1), (3, 2)] {
        _ = try await storage.apiKeys.insert(.numbered(number, owner: .numbered(owner)), recording: .noted())
      }
      try expect(try await accounts.delete(.numbered(1), in: other, recording: .noted(in: other)), is: nil)
      try expect(
        try await accounts.delete(.numbered(1), in: .initial, recording: .numbered(1)), is: .numbered(1))
      try expect(try await accounts.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
      try expect(try await accounts.account(.numbered(1), in: .initial), is: nil)
      try expect(
        try await storage.apiKeys.keys(in: .initial, page: PageRequest()).elements.map(\.id), is: [.numbered(3)])
      try expect(
        try await storage.apiKeys.insert(.numbered(1, owner: .numbered(1)), recording: .noted()), is: .nameTaken)
    },
  ]
}

extension ServiceAccount {
  public static func numbered(
    _ number: Int, in workspace: WorkspaceID = .initial, name: String? = nil, _ role: Role = .editor
  ) -> ServiceAccount {
    ServiceAccount(
      id: .numbered(number), workspace: workspace, name: name ?? "account \(number)", role: role,
      createdAt: .seconds(Int64(number)), updatedAt: .seconds(Int64(number)))
  }
}
