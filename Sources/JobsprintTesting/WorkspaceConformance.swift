import JobsprintDomain
import JobsprintPorts

/// What every ``WorkspaceStore`` promises.
public enum WorkspaceConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an empty store has the first workspace, named default") { storage in
      try expect(try await storage.workspaces.workspace(.initial)?.name, is: "default")
      let all = try await storage.workspaces.workspaces(page: PageRequest())
      try expect(all.elements.map(\.id), is: [.initial])
      try expect(try await storage.workspaces.workspace(.numbered(1)), is: nil)
    },
    ConformanceCheck("a workspace is made with its first key") { storage in
      let key = APIKeyRecord.numbered(1, in: .numbered(1))
      try expect(
        try await storage.workspaces.create(.numbered(1), firstKey: key, recording: .numbered(1)), is: .created)
      try expect(try await storage.workspaces.workspace(.numbered(1)), is: .numbered(1))
      try expect(try await storage.apiKeys.key(withHash: key.hash), is: key)
      try expect(try await storage.apiKeys.keys(in: .numbered(1), page: PageRequest()).elements, is: [key])
      try expect(try await storage.apiKeys.keys(in: .initial, page: PageRequest()).elements, is: [])
      try await storage.expectAudited([1], " of the caller's workspace")
      try await storage.expectAudited([], in: .numbered(1))
    },
    ConformanceCheck("a name is taken once in the installation, and nothing is written then") { storage in
      let kept = IdempotencyRecord.of("kept", response: "first")
      let workspaces = storage.workspaces
      _ = try await workspaces.create(
        .numbered(1, name: "a"), firstKey: .numbered(1, in: .numbered(1)),
        recording: ChangeRecord(.numbered(1), idempotency: kept))
      for name in ["a", "default"] {
        try expect(
          try await workspaces.create(
            .numbered(2, name: name), firstKey: .numbered(2, in: .numbered(2)),
            recording: ChangeRecord(.numbered(2), idempotency: .of("new"))),
          is: .nameTaken)
      }
      try expect(
        try await workspaces.create(
          .numbered(2, name: "b"), firstKey: .numbered(2, in: .numbered(2)),
          recording: ChangeRecord(.numbered(2), idempotency: .of("kept", response: "second"))),
        is: .replayed(kept))
      try expect(try await workspaces.workspace(.numbered(2)), is: nil)
      try expect(try await storage.apiKeys.key(withHash: Array("hash 2".utf8)), is: nil)
      try expect(try await storage.idempotency.record(of: "new", in: .initial), is: nil)
      try await storage.expectAudited([1])
    },
    ConformanceCheck("a workspace whose key can't be stored is not made") { storage in
      _ = try await storage.apiKeys.insert(.numbered(1, hash: "same"), recording: .numbered(1))
      try await expectRefusal("the hash of another key") {
        _ = try await storage.workspaces.create(
          .numbered(1), firstKey: .numbered(2, in: .numbered(1), hash: "same"), recording: .numbered(2))
      }
      try expect(try await storage.workspaces.workspace(.numbered(1)), is: nil)
      try await storage.expectAudited([1])
    },
    ConformanceCheck("a workspace is renamed unless the name is another's") { storage in
      let workspaces = storage.workspaces
      _ = try await workspaces.create(
        .numbered(1, name: "a"), firstKey: .numbered(1, in: .numbered(1)), recording: .numbered(1))
      guard
        case .updated(let renamed) = try await workspaces.update(
          .numbered(1), with: WorkspaceChange(name: "b"), at: .seconds(8), recording: .numbered(2))
      else { throw ConformanceFailure(description: "the workspace was not renamed") }
      try expect(renamed.name, is: "b")
      try expect(renamed.createdAt, is: .seconds(1))
      try expect(renamed.updatedAt, is: .seconds(8))
      try expect(try await workspaces.workspace(.numbered(1)), is: renamed)
      guard
        case .updated = try await workspaces.update(
          .numbered(1), with: WorkspaceChange(name: "b"), at: .seconds(9), recording: .numbered(3))
      else { throw ConformanceFailure(description: "its own name is taken") }
      guard
        case .nameTaken = try await workspaces.update(
          .numbered(1), with: WorkspaceChange(name: "default"), at: .seconds(9), recording: .numbered(4))
      else { throw ConformanceFailure(description: "the name of another workspace was given twice") }
      guard
        case .notFound = try await workspaces.update(
          .numbered(9), with: WorkspaceChange(name: "c"), at: .seconds(9), recording: .numbered(5))
      else { throw ConformanceFailure(description: "a workspace that is not there was renamed") }
      try await storage.expectAudited([1, 2, 3])
    },
    ConformanceCheck("a workspace's retention is set and taken back, whatever its name") { storage in
      let workspaces = storage.workspaces
      _ = try await workspaces.create(
        .numbered(1, name: "a"), firstKey: .numbered(1, in: .numbered(1)), recording: .numbered(1))
      for (change, name, days) in [
        (WorkspaceChange(retention: .days(30)), "a", 30), (WorkspaceChange(name: "b"), "b", 30),
        (WorkspaceChange(name: "c", retention: .asInstallation), "c", nil),
      ] as [(WorkspaceChange, String, Int?)] {
        guard
          case .updated(let workspace) = try await workspaces.update(
            .numbered(1), with: change, at: .seconds(8), recording: .noted())
        else { throw ConformanceFailure(description: "the workspace was not changed") }
        try expect(workspace.name, is: name)
        try expect(workspace.retentionDays, is: days)
        try expect(try await workspaces.workspace(.numbered(1)), is: workspace)
      }
    },
    ConformanceCheck("a workspace's limit of executions is set and taken back, and known with those that have one") {
      storage in
      let workspaces = storage.workspaces
      _ = try await workspaces.create(
        .numbered(1, name: "a"), firstKey: .numbered(1, in: .numbered(1)), recording: .numbered(1))
      try expect(try await workspaces.limitedWorkspaces(), is: [])
      for (change, limit) in [
        (WorkspaceChange(concurrency: .limited(to: 5)), 5), (WorkspaceChange(name: "b", retention: .days(3)), 5),
        (WorkspaceChange(concurrency: .unlimited), nil),
      ] as [(WorkspaceChange, Int?)] {
        guard
          case .updated(let workspace) = try await workspaces.update(
            .numbered(1), with: change, at: .seconds(8), recording: .noted())
        else { throw ConformanceFailure(description: "the workspace was not changed") }
        try expect(workspace.maxConcurrency, is: limit)
        try expect(try await workspaces.workspace(.numbered(1)), is: workspace)
        try expect(try await workspaces.limitedWorkspaces(), is: limit == nil ? [] : [.numbered(1)])
      }
    },
    ConformanceCheck("workspaces are listed oldest first, by key") { storage in
      for number in [2, 1, 3] {
        _ = try await storage.workspaces.create(
          .numbered(number), firstKey: .numbered(number, in: .numbered(number)), recording: .noted())
      }
      let first = try await storage.workspaces.workspaces(page: PageRequest(limit: 3))
      try expect(first.elements.map(\.id), is: [.initial, .numbered(1), .numbered(2)])
      try expect(first.hasMore, is: true)
      let second = try await storage.workspaces.workspaces(page: PageRequest(after: .numbered(2), limit: 3))
      try expect(second.elements, is: [.numbered(3)])
      try expect(second.hasMore, is: false)
    },
  ]
}
