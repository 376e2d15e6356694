import Foundation
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Logging
import Testing

@testable import JobsprintBootstrap

@Suite(.timeLimit(.minutes(1))) struct RetentionTests {
  private static let now = Timestamp.seconds(100 * 86_400)

  private static func ago(_ days: Int) -> Timestamp { now - .seconds(86_400 * days) }

  private static func workspaces(_ days: [Int?]) -> [Workspace] {
    days.enumerated().map { number, days in
      var workspace = Workspace.numbered(number)
      workspace.retentionDays = days
      return workspace
    }
  }

  /// Days of workspaces and of the installation; how long all keep, and which keep less.
  @Test(
    arguments: [
      ([nil, nil], nil, nil, [:]), ([nil, nil], 30, 30, [:]), ([nil, 7], 30, 30, [1: 7]),
      ([nil, 90], 30, 90, [0: 30]), ([90, 7], nil, 90, [1: 7]), ([nil, 7], nil, nil, [1: 7]),
    ] as [([Int?], Int?, Int?, [Int: Int])])
  func weeksGoWhenNoWorkspaceWantsToKeepThem(days: [Int?], standard: Int?, shared: Int?, own: [Int: Int]) {
    let retention = Retention(of: Self.workspaces(days), standard: standard, at: Self.now, hasWeeks: true)
    #expect(retention.shared == shared.map(Self.ago))
    let expected = own.map { Retention.Expiry(workspace: .numbered($0.key), before: Self.ago($0.value)) }
    #expect(Set(retention.own) == Set(expected))
  }

  @Test func withoutWeeksEachWorkspaceIsOfItsOwn() {
    let retention = Retention(of: Self.workspaces([nil, 7]), standard: 30, at: Self.now, hasWeeks: false)
    #expect(retention.shared == nil && retention.own.map(\.before) == [Self.ago(30), Self.ago(7)])
  }

  @Test func eachWorkspaceKeepsWhatItWants() async throws {
    let folder = TestServer.newFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let storage = try await Storage.open(.folder(folder))
    let brief = WorkspaceID.numbered(77)
    _ = try await storage.workspaces.create(
      Workspace(id: brief, name: "brief", createdAt: .seconds(0), updatedAt: .seconds(0)),
      firstKey: .numbered(1, in: brief), recording: .noted())
    _ = try await storage.workspaces.update(
      brief, with: WorkspaceChange(retention: .days(1)), at: .seconds(0), recording: .noted())
    _ = try await storage.journal.commit([
      .accept(.numbered(1)), .cancel(1), .accept(.numbered(2, in: brief)), .cancel(2, in: brief),
      .accept(.numbered(3, in: brief)), .accept(.numbered(4, in: brief, claimedBy: .numbered(1))),
      .append(4, in: brief, [], .finish(.crashed, error: nil, lastNode: nil, at: .seconds(9), deadLetter: .cannotRun)),
      .accept(.numbered(5, in: brief, claimedBy: .numbered(1))),
      .append(5, in: brief, [], .finish(.crashed, error: nil, lastNode: nil, at: .seconds(9), deadLetter: .cannotRun)),
    ])
    _ = try await storage.deadLetters.settle(
      .numbered(4), in: brief, as: .discarded, at: .seconds(10), recording: .noted(in: brief))
    let clock = TestClock(at: .seconds(2 * 86_400))
    let housekeeping = Housekeeping(
      storage: storage, clock: clock, log: Logger(label: "test"), retentionDays: 30, audit: nil,
      auditStreams: [], locks: MemoryLocks(clock: clock))
    let running = Task { await housekeeping.run() }
    await clock.sleepers()
    #expect(try await storage.executions.execution(.numbered(2), in: brief) == nil)
    #expect(try await storage.executions.execution(.numbered(1), in: .initial) != nil, "30 days are not over")
    #expect(try await storage.executions.execution(.numbered(3), in: brief) != nil, "it has not ended")
    #expect(try await storage.deadLetters.letter(of: .numbered(4), in: brief) == nil)
    #expect(try await storage.deadLetters.letter(of: .numbered(5), in: brief) != nil, "nobody has looked at it")
    running.cancel()
    await running.value
    await storage.close()
  }

  /// From the variable to the log that is shorter, and still proves.
  @Test func entriesGoAfterTheDaysThatWereSetAndWhenAllReceiversHaveThem() async throws {
    let folder = TestServer.newFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let now = SystemClock().now
    let storage = try await Storage.open(.folder(folder))
    for (number, days) in [(1 as UInt64, 5), (2, 3), (3, 0)] {
      // Before all that the server writes itself, in the order of the chain, too.
      let id = AuditEntryID(UUIDv7(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0000 + number))
      try await storage.audit.write(
        AuditEntry(
          id: id, caller: Caller(workspace: .initial, actor: .system), action: .tagCreated,
          subject: "old \(number)", at: now - .seconds(days * 86_400)))
    }
    await storage.close()
    // Sealed by one process, removed at the start of the next.
    func subjects(_ server: TestServer) async throws -> [String] {
      try await server.get("/audit-logs?action=tag.created&sort=createdAt:asc").json["data"]?.arrayValue?.compactMap {
        $0["subjectId"]?.stringValue
      } ?? []
    }
    try await TestServer.running(in: folder) { server in
      try await eventually(within: .seconds(30)) {
        let entries = try await server.get("/audit-logs?action=tag.created").json["data"]?.arrayValue ?? []
        return entries.allSatisfy { $0["sequence"]?.isNull == false }
      }
      #expect(try await subjects(server) == ["old 1", "old 2", "old 3"])
    }
    func settings(_ more: [String: String]) throws -> ProcessConfiguration {
      try .fromEnvironment(.embedded, ["JOBSPRINT_AUDIT_DAYS": "2"].merging(more) { $1 })
    }
    let (receiver, collector) = (try await Receiver.start(), try await Receiver.start())
    defer {
      receiver.stop()
      collector.stop()
    }
    collector.answer(with: Array(repeating: 503, count: 1000))
    let both = try settings([
      "JOBSPRINT_AUDIT_OTLP_URL": "http://127.0.0.1:\(collector.port)/",
      "JOBSPRINT_AUDIT_WEBHOOK_URL": "http://127.0.0.1:\(receiver.port)/",
      "JOBSPRINT_AUDIT_WEBHOOK_KEY": String(repeating: "k", count: 32),
    ])
    try await TestServer.running(in: folder, base: both, auditWebhook: both.auditWebhook) { server in
      try await eventually(within: .seconds(30)) { receiver.entries.count >= 3 }
    }
    // One has them all, and one has nothing: they stay.
    let asked = collector.requests.count
    try await TestServer.running(in: folder, base: both, auditWebhook: both.auditWebhook) { server in
      try await eventually(within: .seconds(30)) { collector.requests.count >= asked + 2 }
      #expect(try await subjects(server) == ["old 1", "old 2", "old 3"])
    }
    try await TestServer.running(in: folder, base: try settings([:])) { server in
      try await eventually(within: .seconds(30)) { try await subjects(server) == ["old 3"] }
    }
    let findings = try await AuditCheck.verify(folder, key: nil)
    #expect(findings.count == 1 && findings.allSatisfy { $0.flaw == nil && $0.sequence > 3 }, "\(findings)")
  }
}
