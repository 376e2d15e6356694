import JobsprintDomain
import JobsprintPorts

/// What every ``AuditCursorStore`` promises.
public enum AuditCursorConformance {
  private static let other = WorkspaceID.numbered(77)

  private static func at(_ sequence: Int, fence: Int, in workspace: WorkspaceID = .initial) -> AuditCursor {
    AuditCursor(of: .webhook, workspace: workspace, sequence: sequence, fence: fence)
  }

  /// Sealed entries with these numbers, from sequence 1.
  private static func seal(
    _ storage: StorageUnderTest, _ numbers: ClosedRange<Int>, in workspace: WorkspaceID = .initial
  ) async throws {
    for number in numbers { try await storage.audit.write(.numbered(number, in: workspace)) }
    let seals = numbers.enumerated().map { place, number in
      (entry: AuditEntryID.numbered(number), seal: AuditSeal(sequence: place + 1, hash: [1]))
    }
    try expect(try await storage.audit.seal(seals, after: nil, in: workspace), is: true)
  }

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a cursor moves forward only, and not by a lower fence") { storage in
      let cursors = storage.auditCursors
      try expect(try await cursors.cursor(of: .initial, in: .webhook), is: nil)
      try expect(try await cursors.move(at(3, fence: 7)), is: true)
      for refused in [at(3, fence: 7), at(2, fence: 8), at(9, fence: 6)] {
        try expect(try await cursors.move(refused), is: false, "\(refused):")
        try expect(try await cursors.cursor(of: .initial, in: .webhook), is: at(3, fence: 7))
      }
      try expect(try await cursors.move(at(4, fence: 7)), is: true)
      try expect(try await cursors.move(at(9, fence: 8)), is: true)
      try expect(try await cursors.cursor(of: .initial, in: .webhook), is: at(9, fence: 8))
      try expect(try await cursors.cursor(of: other, in: .webhook), is: nil)
    },
    ConformanceCheck("each receiver has cursors of its own") { storage in
      let cursors = storage.auditCursors
      try await seal(storage, 1...3)
      try expect(try await cursors.move(at(3, fence: 7)), is: true)
      try expect(try await cursors.behind(.webhook, limit: 10), is: [])
      let none = AuditCursor(of: .otlp, workspace: .initial, sequence: 0, fence: 0)
      try expect(try await cursors.behind(.otlp, limit: 10), is: [none])
      try expect(try await cursors.cursor(of: .initial, in: .otlp), is: nil)
      let moved = AuditCursor(of: .otlp, workspace: .initial, sequence: 1, fence: 1)
      try expect(try await cursors.move(moved), is: true)
      try expect(try await cursors.behind(.otlp, limit: 10), is: [moved])
      try expect(try await cursors.cursor(of: .initial, in: .webhook), is: at(3, fence: 7))
    },
    ConformanceCheck("workspaces with sealed entries behind their cursors are told") { storage in
      let cursors = storage.auditCursors
      _ = try await storage.workspaces.create(
        Workspace(id: other, name: "other", createdAt: .seconds(0), updatedAt: .seconds(0)),
        firstKey: .numbered(1, in: other), recording: .numbered(50))
      try expect(try await cursors.behind(.webhook, limit: 10), is: [])
      try await seal(storage, 1...3)
      try await seal(storage, 11...12, in: other)
      let both = [WorkspaceID.initial, other].sorted()
      try expect(try await cursors.behind(.webhook, limit: 10), is: both.map { at(0, fence: 0, in: $0) })
      try expect(try await cursors.behind(.webhook, limit: 1), is: [at(0, fence: 0, in: both[0])])
      _ = try await cursors.move(at(3, fence: 1))
      _ = try await cursors.move(at(1, fence: 2, in: other))
      try expect(try await cursors.behind(.webhook, limit: 10), is: [at(1, fence: 2, in: other)])
    },
    ConformanceCheck("what retention has removed before it was read is behind the cursor, too") { storage in
      try await seal(storage, 1...2)
      let checkpoint = AuditCheckpoint(
        workspace: .initial, seal: AuditSeal(sequence: 2, hash: [1]), at: .seconds(5), signature: [7])
      _ = try await storage.audit.remove(upTo: checkpoint, limit: 10)
      try expect(try await storage.auditCursors.behind(.webhook, limit: 10), is: [at(0, fence: 0)])
      _ = try await storage.auditCursors.move(at(2, fence: 1))
      try expect(try await storage.auditCursors.behind(.webhook, limit: 10), is: [])
    },
  ]
}
