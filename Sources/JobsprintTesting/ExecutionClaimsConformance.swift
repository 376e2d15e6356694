import JobsprintDomain
import JobsprintPorts

/// What every ``ExecutionClaims`` promises.
public enum ExecutionClaimsConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = claiming + heartbeats + recovery + tags

  static let me = ExecutorID.numbered(1)
  static let you = ExecutorID.numbered(2)
  static let lease = Duration.seconds(15)
  static let turn = Duration.milliseconds(100)

  private static let claiming: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a claim gives all that is needed to go on") { storage in
      let new = NewExecution.numbered(
        1, in: .numbered(7), workflow: .numbered(5), version: .numbered(6), mode: .trigger, lane: .low, input: "go",
        entries: [.entry(at: 0, payload: "taken over")])
      _ = try await storage.journal.commit([.accept(new)])
      let claimed = try await storage.claims.claim(
        [new.id], in: new.workspace, for: me, at: .seconds(10), leaseExpiry: .seconds(5))
      let execution = try required(claimed.first)
      try expect(execution.id, is: new.id)
      try expect(execution.workspace, is: new.workspace)
      try expect(execution.workflow, is: new.workflow)
      try expect(execution.version, is: new.version)
      try expect(execution.mode, is: .trigger)
      try expect(execution.lane, is: .low)
      try expect(execution.acceptedAt, is: new.acceptedAt)
      try expect(execution.fence, is: Fence(term: 1, executor: me))
      try expect(execution.input, is: new.input)
      try expect(execution.entries, is: new.entries)
      let record = try required(try await storage.executions.execution(new.id, in: new.workspace))
      try expect(record.state, is: .running)
      try expect(record.startedAt, is: .seconds(10))
    },
    ConformanceCheck("what a living executor holds is not claimed, unknown ids are left out") { storage in
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me)), .accept(.numbered(2))])
      let claimed = try await storage.claims.claim(
        [.numbered(1), .numbered(2), .numbered(3)], for: you, at: .seconds(11), leaseExpiry: .seconds(10))
      try expect(claimed.map(\.id), is: [.numbered(2)])
    },
    ConformanceCheck("an id that is named twice is claimed once") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1))])
      let claimed = try await storage.claims.claim(
        [.numbered(1), .numbered(1)], for: me, at: .seconds(9), leaseExpiry: .seconds(5))
      try expect(claimed.map(\.fence.term), is: [1])
    },
    ConformanceCheck("executions of several workspaces are claimed together, in the order of their wake-ups") {
      storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, in: .numbered(7), input: "seven")),
        .accept(.numbered(2, in: .numbered(8), input: "eight")),
      ])
      let wakeUps = [(2, 8), (1, 7)].map {
        WakeUp(execution: .numbered($0.0), workspace: .numbered($0.1), lane: .normal)
      }
      let claimed = try await storage.claims.claim(wakeUps, for: me, at: .seconds(9), leaseExpiry: .seconds(5))
      try expect(claimed.map(\.workspace), is: [.numbered(8), .numbered(7)])
      try expect(claimed.map(\.input), is: [Array("eight".utf8), Array("seven".utf8)])
    },
    ConformanceCheck("of many that claim at once, one gets each") { storage in
      let ids = (0..<20).map { ExecutionID.numbered($0) }
      _ = try await storage.journal.commit((0..<20).map { .accept(.numbered($0)) })
      for executor in 0..<8 { _ = try await storage.claims.beat(.numbered(executor), holding: [], at: .seconds(9)) }
      let claimed = try await withThrowingTaskGroup(of: [ExecutionID].self) { group in
        for executor in 0..<8 {
          group.addTask {
            try await storage.claims.claim(ids, for: .numbered(executor), at: .seconds(9), leaseExpiry: .seconds(5))
              .map(\.id)
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      try expect(claimed.sorted(), is: ids)
    },
    ConformanceCheck("a waiting execution is claimed when its time has come") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(.suspended, at: 0)], .wait(until: .seconds(50))),
      ])
      let early = try await storage.claims.claim([.numbered(1)], for: you, at: .seconds(49), leaseExpiry: .seconds(40))
      try expect(early.count, is: 0)
      let claimed = try await storage.claims.claim(
        [.numbered(1)], for: you, at: .seconds(50), leaseExpiry: .seconds(40))
      try expect(claimed.map(\.fence), is: [Fence(term: 2, executor: you)])
      try expect(claimed.first?.entries, is: [.entry(.suspended, at: 0)])
      let record = try required(try await storage.executions.execution(.numbered(1), in: .initial))
      try expect(record.waitUntil, is: nil)
      try expect(record.startedAt, is: record.acceptedAt, "the first claim counts:")
    },
    ConformanceCheck("a running execution is claimed when its holder's heartbeat is too old or unknown") { storage in
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .accept(.numbered(2, claimedBy: .numbered(3))),
      ])
      let ids: [ExecutionID] = [.numbered(1), .numbered(2)]
      _ = try await storage.claims.beat(you, holding: [], at: .seconds(25))
      let first = try await storage.claims.claim(ids, for: you, at: .seconds(25), leaseExpiry: .seconds(10))
      try expect(first.map(\.id), is: [.numbered(2)])
      let second = try await storage.claims.claim(ids, for: you, at: .seconds(26), leaseExpiry: .seconds(11))
      try expect(second.map(\.id), is: [.numbered(1)])
    },
    ConformanceCheck("a handed back execution is claimed in the next term") { storage in
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(at: 0)], .handBack),
      ])
      let claimed = try await storage.claims.claim([.numbered(1)], for: you, at: .seconds(11), leaseExpiry: .seconds(5))
      try expect(claimed.map(\.fence.term), is: [2])
      try expect(claimed.first?.entries.count, is: 1)
    },
  ]

  private static let heartbeats: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a heartbeat tells what its executor has lost") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .accept(.numbered(2, claimedBy: me)),
        .accept(.numbered(3, claimedBy: me)),
        .accept(.numbered(4, claimedBy: me)), .cancel(2), .append(4, [], .success()),
      ])
      _ = try await storage.claims.claim([.numbered(3)], for: you, at: .seconds(9), leaseExpiry: .seconds(5))
      let lost = try await storage.claims.beat(me, holding: (1...5).map { .numbered($0) }, at: .seconds(10))
      try expect(Set(lost), is: Set((2...5).map { .numbered($0) }))
    },
    ConformanceCheck("retired executors hold nothing for longer") { storage in
      for executor in [me, you] { _ = try await storage.claims.beat(executor, holding: [], at: .seconds(10)) }
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .accept(.numbered(2, claimedBy: you)),
      ])
      let ids: [ExecutionID] = [.numbered(1), .numbered(2)]
      try await storage.claims.retire([me])
      _ = try await storage.claims.beat(.numbered(3), holding: [], at: .seconds(10))
      let first = try await storage.claims.claim(ids, for: .numbered(3), at: .seconds(10), leaseExpiry: .seconds(5))
      try expect(first.map(\.id), is: [.numbered(1)])
      try await storage.claims.retire(nil)
      let second = try await storage.claims.claim(ids, for: .numbered(4), at: .seconds(10), leaseExpiry: .seconds(5))
      try expect(second.map(\.id).sorted(), is: ids)
    },
  ]
}
