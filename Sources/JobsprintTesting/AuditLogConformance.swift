import JobsprintDomain
import JobsprintPorts

/// What every ``AuditLog`` promises.
public enum AuditLogConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = reading + sealing + removing

  private static let other = WorkspaceID.numbered(77)

  private static func write(_ storage: StorageUnderTest, _ entries: AuditEntry...) async throws {
    for entry in entries { try await storage.audit.write(entry) }
  }

  private static func list(
    _ storage: StorageUnderTest, _ filter: AuditFilter = AuditFilter(), in workspace: WorkspaceID = .initial,
    after: AuditEntryID? = nil, limit: Int = 100
  ) async throws -> [AuditEntryID] {
    try await storage.audit.entries(matching: filter, in: workspace, page: PageRequest(after: after, limit: limit))
      .elements.map(\.entry.id)
  }

  private static func ids(_ numbers: Int...) -> [AuditEntryID] { numbers.map { .numbered($0) } }

  private static func seal(_ sequence: Int) -> AuditSeal {
    AuditSeal(sequence: sequence, hash: [UInt8](repeating: UInt8(sequence), count: 32))
  }

  /// Entries with numbers, sealed in their order from 1.
  private static func sealed(
    _ storage: StorageUnderTest, _ numbers: ClosedRange<Int>, in workspace: WorkspaceID = .initial
  ) async throws {
    for number in numbers { try await write(storage, .numbered(number, in: workspace)) }
    let seals = numbers.enumerated().map { place, number in
      (entry: AuditEntryID.numbered(number), seal: seal(place + 1))
    }
    try expect(try await storage.audit.seal(seals, after: nil, in: workspace), is: true)
  }

  private static func checkpoint(
    _ sequence: Int, in workspace: WorkspaceID = .initial, at time: Int64 = 5
  ) -> AuditCheckpoint {
    AuditCheckpoint(workspace: workspace, seal: seal(sequence), at: .seconds(time), signature: [7, 7])
  }

  private static let reading: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an entry is written once") { storage in
      try await storage.audit.write(.numbered(1))
      try await expectRefusal("the entry's id") { try await storage.audit.write(.numbered(1)) }
      try await storage.expectAudited([1])
    },
    ConformanceCheck("an entry is read as it was written") { storage in
      let entry = AuditEntry(
        id: .numbered(1),
        caller: Caller(
          workspace: .initial, actor: .apiKey(.numbered(5)), requestID: "request-1", address: "2001:db8::1"),
        action: .workflowTagged, subject: "\u{1F600} \u{E9}", details: Array("{\"name\":\"\u{E9}\"}".utf8),
        at: .seconds(3))
      try await write(storage, entry, .numbered(2, by: .system), .numbered(3, by: .shell))
      let page = try await storage.audit.entries(matching: AuditFilter(), in: .initial, page: PageRequest())
      try expect(page.elements.last, is: AuditRecord(entry: entry, seal: nil))
      try expect(page.elements.map(\.entry.caller.actor), is: [.shell, .system, .apiKey(.numbered(5))])
    },
    ConformanceCheck("lists are newest first, walked by key, of one workspace") { storage in
      for number in [2, 4, 1, 3] { try await write(storage, .numbered(number)) }
      try await write(storage, .numbered(9, in: other))
      let first = try await storage.audit.entries(matching: AuditFilter(), in: .initial, page: PageRequest(limit: 3))
      try expect(first.elements.map(\.entry.id), is: ids(4, 3, 2))
      try expect(first.hasMore, is: true)
      try expect(try await list(storage, after: .numbered(2)), is: ids(1))
      try expect(try await list(storage, in: other), is: ids(9))
    },
    ConformanceCheck("lists are filtered by action, subject and time") { storage in
      try await write(
        storage, .numbered(1, .tagCreated, subject: "a"), .numbered(2, .tagDeleted, subject: "a"),
        .numbered(3, .tagCreated, subject: "b"), .numbered(4, in: other, .tagCreated, subject: "a"))
      try expect(try await list(storage, AuditFilter(action: .tagCreated)), is: ids(3, 1))
      try expect(try await list(storage, AuditFilter(subject: "a")), is: ids(2, 1))
      try expect(try await list(storage, AuditFilter(action: .tagCreated, subject: "a")), is: ids(1))
      try expect(try await list(storage, AuditFilter(after: .seconds(1))), is: ids(3, 2))
      try expect(try await list(storage, AuditFilter(before: .seconds(3))), is: ids(2, 1))
      try expect(try await list(storage, AuditFilter(after: .seconds(1), before: .seconds(3))), is: ids(2))
      try expect(try await list(storage, AuditFilter(subject: "c")), is: [])
    },
    ConformanceCheck("lists are filtered by who asked, on which request and from where") { storage in
      func write(_ number: Int, _ actor: Actor, _ request: String?, _ address: String?) async throws {
        let caller = Caller(workspace: .initial, actor: actor, requestID: request, address: address)
        try await storage.audit.write(
          AuditEntry(id: .numbered(number), caller: caller, action: .tagCreated, subject: "a", at: .seconds(1)))
      }
      try await write(1, .apiKey(.numbered(5)), "r1", "::1")
      try await write(2, .user(.numbered(6)), "r1", "10.0.0.1")
      try await write(3, .shell, nil, nil)
      let key = "\(APIKeyID.numbered(5))"
      for (filter, expected) in [
        (AuditFilter(actor: key), ids(1)), (AuditFilter(actor: "x"), []), (AuditFilter(requestID: "r1"), ids(2, 1)),
        (AuditFilter(requestID: "R1"), []), (AuditFilter(address: "10.0.0.1"), ids(2)),
        (AuditFilter(requestID: "r1", address: "::1"), ids(1)), (AuditFilter(actor: key, text: "tag"), ids(1)),
        (AuditFilter(requestID: "r1", text: "tag"), ids(2, 1)), (AuditFilter(address: "::1", text: "tag"), ids(1)),
        (AuditFilter(address: "::2", text: "tag"), []),
      ] {
        try expect(try await list(storage, filter), is: expected, "\(filter):")
      }
      try expect(try await list(storage, AuditFilter(actor: key), in: other), is: [])
    },
    ConformanceCheck("lists can be had oldest first, with and without text") { storage in
      for number in [2, 4, 1, 3] { try await write(storage, .numbered(number)) }
      for filter in [AuditFilter(), AuditFilter(text: "subject")] {
        var found: [AuditEntryID] = []
        var page: Page<AuditRecord>
        repeat {
          page = try await storage.audit.entries(
            matching: filter, in: .initial, page: PageRequest(after: found.last, isOldestFirst: true, limit: 3))
          found += page.elements.map(\.entry.id)
        } while page.hasMore
        try expect(found, is: ids(1, 2, 3, 4))
      }
    },
    ConformanceCheck("text finds words of action, actor, subject and details, in one workspace") { storage in
      try await write(
        storage, .numbered(1, .workflowCreated, subject: "thing", details: "{\"name\":\"Invoice mailer\"}"),
        .numbered(2, by: .apiKey(.numbered(5)), .workflowDeleted, details: "{\"name\":\"Weather\"}"),
        .numbered(3, in: other, .workflowCreated, details: "{\"name\":\"Invoice\"}"))
      for (text, expected) in [
        ("invoice", ids(1)), ("MAIL", ids(1)), ("workflow", ids(2, 1)), ("workflow.created", ids(1)),
        ("deleted weather", ids(2)), ("thing", ids(1)), ("\(APIKeyID.numbered(5))", ids(2)), ("shell", ids(1)),
        ("", ids(2, 1)), (" * \" ( ", ids(2, 1)), ("voice", []), ("invoice snow", []), ("OR AND NOT", []),
      ] {
        try expect(try await list(storage, AuditFilter(text: text)), is: expected, "'\(text)':")
      }
    },
  ]

  private static let sealing: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("what has no seal is given out oldest first, from all workspaces") { storage in
      try await write(storage, .numbered(3), .numbered(1, in: other), .numbered(2))
      try expect(
        try await storage.audit.unsealed(limit: 10), is: [.numbered(1, in: other), .numbered(2), .numbered(3)])
      try expect(try await storage.audit.unsealed(limit: 1), is: [.numbered(1, in: other)])
      try expect(try await storage.audit.head(of: .initial), is: nil)
      try expect(try await storage.audit.seal([(.numbered(2), seal(1))], after: nil, in: .initial), is: true)
      try expect(try await storage.audit.unsealed(limit: 10), is: [.numbered(1, in: other), .numbered(3)])
    },
    ConformanceCheck("a sealed entry has its seal, in lists and in the chain of its workspace") { storage in
      try await sealed(storage, 1...3)
      try await sealed(storage, 4...4, in: other)
      try await write(storage, .numbered(5))
      let expected = (1...3).map { AuditRecord(entry: .numbered($0), seal: seal($0)) }
      try expect(try await storage.audit.chain(after: 0, in: .initial, limit: 10), is: expected)
      try expect(try await storage.audit.chain(after: 1, in: .initial, limit: 1), is: [expected[1]])
      try expect(try await storage.audit.chain(after: 3, in: .initial, limit: 10), is: [])
      try expect(try await storage.audit.chain(after: 0, in: other, limit: 10).map(\.entry.id), is: ids(4))
      let page = try await storage.audit.entries(matching: AuditFilter(), in: .initial, page: PageRequest())
      try expect(page.elements, is: [AuditRecord(entry: .numbered(5), seal: nil)] + expected.reversed())
      try expect(try await storage.audit.head(of: .initial), is: seal(3))
      try expect(try await storage.audit.head(of: other), is: seal(1))
    },
    ConformanceCheck("seals come behind the head that was named, all or none") { storage in
      try await write(storage, .numbered(1), .numbered(2), .numbered(3), .numbered(4, in: other))
      let audit = storage.audit
      try expect(try await audit.seal([(.numbered(1), seal(1))], after: seal(9), in: .initial), is: false)
      try expect(try await audit.seal([(.numbered(1), seal(1))], after: nil, in: .initial), is: true)
      try expect(try await audit.seal([(.numbered(2), seal(1))], after: nil, in: .initial), is: false)
      for entry in [1, 4, 99] {
        let seals = [(entry: AuditEntryID.numbered(2), seal: seal(2)), (entry: .numbered(entry), seal: seal(3))]
        try expect(try await audit.seal(seals, after: seal(1), in: .initial), is: false, "with entry \(entry):")
      }
      try expect(try await audit.head(of: .initial), is: seal(1))
      try expect(try await audit.unsealed(limit: 10).map(\.id), is: ids(2, 3, 4))
    },
    ConformanceCheck("of many that seal the same entry, one wins") { storage in
      try await write(storage, .numbered(1))
      let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
          group.addTask { try await storage.audit.seal([(.numbered(1), seal(1))], after: nil, in: .initial) }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      try expect(wins, is: 1)
    },
  ]

  private static let removing: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("sealed entries are removed up to a checkpoint, which stays") { storage in
      try await sealed(storage, 1...5)
      try await sealed(storage, 11...12, in: other)
      try await write(storage, .numbered(6))
      let audit = storage.audit
      try expect(try await audit.checkpoint(of: .initial), is: nil)
      try expect(try await audit.remove(upTo: checkpoint(3), limit: 2), is: 2)
      try expect(try await audit.checkpoint(of: .initial), is: checkpoint(3))
      try expect(try await audit.remove(upTo: checkpoint(3), limit: 2), is: 1)
      try expect(try await audit.remove(upTo: checkpoint(3), limit: 2), is: 0)
      try expect(try await list(storage), is: ids(6, 5, 4))
      try expect(try await audit.chain(after: 0, in: .initial, limit: 10).map(\.entry.id), is: ids(4, 5))
      try expect(try await audit.chain(after: 0, in: other, limit: 10).map(\.entry.id), is: ids(11, 12))
      try expect(try await audit.checkpoint(of: other), is: nil)
      try expect(try await list(storage, AuditFilter(text: "subject")), is: ids(6, 5, 4))
    },
    ConformanceCheck("a chain whose entries are all removed goes on behind its checkpoint") { storage in
      try await sealed(storage, 1...2)
      try expect(try await storage.audit.remove(upTo: checkpoint(2), limit: 10), is: 2)
      try expect(try await storage.audit.head(of: .initial), is: seal(2))
      try await write(storage, .numbered(3))
      try expect(try await storage.audit.seal([(.numbered(3), seal(1))], after: nil, in: .initial), is: false)
      try expect(try await storage.audit.seal([(.numbered(3), seal(3))], after: seal(2), in: .initial), is: true)
    },
    ConformanceCheck("an older checkpoint does not replace a newer one") { storage in
      try await sealed(storage, 1...4)
      _ = try await storage.audit.remove(upTo: checkpoint(3), limit: 10)
      try expect(try await storage.audit.remove(upTo: checkpoint(2, at: 6), limit: 10), is: 0)
      try expect(try await storage.audit.checkpoint(of: .initial), is: checkpoint(3))
      try expect(try await storage.audit.remove(upTo: checkpoint(4, at: 7), limit: 10), is: 1)
      try expect(try await storage.audit.checkpoint(of: .initial), is: checkpoint(4, at: 7))
    },
  ]
}
