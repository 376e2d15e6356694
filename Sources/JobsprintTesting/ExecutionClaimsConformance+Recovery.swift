import JobsprintDomain
import JobsprintPorts

/// What is due to be dispatched, in which order and within which limits.
extension ExecutionClaimsConformance {
  private static func recoverable(
    _ storage: StorageUnderTest, at now: Int64, before: Int64, lease: Int64 = 0, lineLimit: Int = 100,
    limit: Int = 100
  ) async throws -> [ExecutionID] {
    try await storage.claims.recoverable(
      at: .seconds(now), dispatchedBefore: .seconds(before), leaseExpiry: .seconds(lease), lineLimit: lineLimit,
      limit: limit
    ).map(\.execution)
  }

  private static func limit(_ id: WorkspaceID, to limit: Int?, _ storage: StorageUnderTest) async throws {
    let number = try await storage.workspaces.workspaces(page: PageRequest()).elements.count
    if try await storage.workspaces.workspace(id) == nil {
      let workspace = Workspace(id: id, name: "limited", createdAt: .seconds(1), updatedAt: .seconds(1))
      _ = try await storage.workspaces.create(workspace, firstKey: .numbered(number, in: id), recording: .noted())
    }
    let change = WorkspaceChange(concurrency: limit.map { .limited(to: $0) } ?? .unlimited)
    _ = try await storage.workspaces.update(id, with: change, at: .seconds(2), recording: .noted(in: id))
  }

  static let recovery: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("whoever accepts an execution has dispatched it, unless he claims it") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, at: .seconds(10))), .accept(.numbered(2, at: .seconds(10), claimedBy: me)),
      ])
      try expect(try await recoverable(storage, at: 12, before: 7), is: [.numbered(2)])
      try expect(try await recoverable(storage, at: 13, before: 11), is: [.numbered(1)])
    },
    ConformanceCheck("a new execution is recoverable until it is claimed, once in each interval") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, in: .numbered(7), lane: .high))])
      try expect(
        try await storage.claims.recoverable(
          at: .seconds(10), dispatchedBefore: .seconds(5), leaseExpiry: .seconds(0), lineLimit: 9, limit: 9),
        is: [WakeUp(execution: .numbered(1), workspace: .numbered(7), lane: .high)])
      try expect(try await recoverable(storage, at: 12, before: 7), is: [])
      try expect(try await recoverable(storage, at: 16, before: 11), is: [.numbered(1)])
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(16))
      _ = try await storage.claims.claim([.numbered(1)], for: me, at: .seconds(16), leaseExpiry: .seconds(0))
      try expect(try await recoverable(storage, at: 50, before: 45), is: [])
    },
    ConformanceCheck("a waiting execution is recoverable when its time has come") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [], .wait(until: .seconds(50))),
        .accept(.numbered(2, claimedBy: me)), .append(2, [], .wait(until: .seconds(40))),
      ])
      try expect(try await storage.claims.nextDue(after: .seconds(0), lease: lease, turn: turn), is: .seconds(40))
      try expect(try await storage.claims.nextDue(after: .seconds(40), lease: lease, turn: turn), is: .seconds(50))
      try expect(try await storage.claims.nextDue(after: .seconds(50), lease: lease, turn: turn), is: nil)
      try expect(try await recoverable(storage, at: 39, before: 30), is: [])
      try expect(try await recoverable(storage, at: 50, before: 45), is: [.numbered(1), .numbered(2)])
      try expect(try await recoverable(storage, at: 51, before: 46), is: [])
      try expect(try await recoverable(storage, at: 60, before: 55), is: [.numbered(1), .numbered(2)])
    },
    ConformanceCheck("a running execution is recoverable when its holder is gone") { storage in
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .accept(.numbered(2, claimedBy: you)),
      ])
      try expect(try await recoverable(storage, at: 20, before: 15, lease: 10), is: [.numbered(2)])
      try expect(try await recoverable(storage, at: 21, before: 16, lease: 11), is: [.numbered(1)])
      try await storage.claims.retire(nil)
      try expect(try await recoverable(storage, at: 22, before: 22, lease: 11), is: [.numbered(1), .numbered(2)])
    },
    ConformanceCheck("where nobody is left, nothing is on its way") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1))])
      try expect(try await recoverable(storage, at: 10, before: 5), is: [.numbered(1)])
      try expect(try await recoverable(storage, at: 11, before: 6), is: [])
      try await storage.claims.retire(nil)
      try expect(try await recoverable(storage, at: 12, before: 7), is: [.numbered(1)])
    },
    ConformanceCheck("a stamp belongs to the state in which it was made") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1))])
      try expect(try await recoverable(storage, at: 10, before: 5), is: [.numbered(1)])
      _ = try await storage.claims.claim([.numbered(1)], for: me, at: .seconds(10), leaseExpiry: .seconds(0))
      try expect(try await recoverable(storage, at: 11, before: 6, lease: 6), is: [.numbered(1)], "its holder is gone:")
      _ = try await storage.claims.claim([.numbered(1)], for: me, at: .seconds(12), leaseExpiry: .seconds(12))
      _ = try await storage.journal.commit([.append(1, term: 2, [], .handBack)])
      try expect(try await recoverable(storage, at: 13, before: 8), is: [.numbered(1)], "it was handed back:")
    },
    ConformanceCheck("the oldest are recovered first, and no more than asked for") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(3)), .accept(.numbered(1)), .accept(.numbered(2)), .accept(.numbered(4, claimedBy: me)),
      ])
      try expect(try await recoverable(storage, at: 10, before: 5, limit: 2), is: [.numbered(1), .numbered(2)])
      try expect(try await recoverable(storage, at: 10, before: 5, limit: 2), is: [.numbered(3), .numbered(4)])
      try expect(try await recoverable(storage, at: 10, before: 5, limit: 2), is: [])
    },
    ConformanceCheck("without anything that waits and anybody who beats nothing is due") { storage in
      try expect(try await storage.claims.nextDue(after: .seconds(0), lease: lease, turn: turn), is: nil)
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [], .wait(until: .seconds(50))),
      ])
      _ = try await storage.claims.claim([.numbered(1)], for: me, at: .seconds(50), leaseExpiry: .seconds(0))
      try expect(try await storage.claims.nextDue(after: .seconds(0), lease: lease, turn: turn), is: nil)
    },
    ConformanceCheck("the end of a lease is due, in the millisecond in which its executions can be taken") { storage in
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      _ = try await storage.claims.beat(you, holding: [], at: .seconds(12))
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me))])
      let due = Timestamp.seconds(25) + .milliseconds(1)
      for moment in [Timestamp.seconds(11), .seconds(25)] {
        try expect(try await storage.claims.nextDue(after: moment, lease: lease, turn: turn), is: due)
      }
      let early = try await storage.claims.recoverable(
        at: .seconds(25), dispatchedBefore: .seconds(0), leaseExpiry: .seconds(25) - lease, lineLimit: 9, limit: 9)
      try expect(early, is: [])
      let found = try await storage.claims.recoverable(
        at: due, dispatchedBefore: .seconds(0), leaseExpiry: due - lease, lineLimit: 9, limit: 9)
      try expect(found.map(\.execution), is: [.numbered(1)])
      try expect(
        try await storage.claims.nextDue(after: due, lease: lease, turn: turn), is: .seconds(27) + .milliseconds(1))
    },
    ConformanceCheck("what is held is dispatched when its line has room, lines in turn") { storage in
      let other = WorkspaceID.numbered(7)
      _ = try await storage.journal.commit([
        .accept(.numbered(1, at: .seconds(9))), .accept(.numbered(2, isHeld: true)),
        .accept(.numbered(3, isHeld: true)),
        .accept(.numbered(4, isHeld: true)), .accept(.numbered(5, in: other, isHeld: true)),
        .accept(.numbered(6, lane: .high, isHeld: true)), .accept(.numbered(7, in: other, claimedBy: me)),
      ])
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      let normal = DispatchLine(workspace: .initial, lane: .normal)
      let others = DispatchLine(workspace: other, lane: .normal)
      let high = DispatchLine(workspace: .initial, lane: .high)
      try expect(
        try await storage.claims.backlog(since: .seconds(5), limit: 2), is: [normal: 3, others: 1, high: 1])
      try expect(
        try await recoverable(storage, at: 10, before: 5, lineLimit: 3, limit: 4),
        is: [.numbered(2), .numbered(3), .numbered(5), .numbered(6)])
      try expect(try await recoverable(storage, at: 10, before: 5, lineLimit: 3), is: [], "no room:")
      _ = try await storage.claims.claim([.numbered(2)], for: me, at: .seconds(10), leaseExpiry: .seconds(0))
      try expect(try await recoverable(storage, at: 10, before: 5, lineLimit: 3), is: [.numbered(4)])
      try expect(try await storage.claims.backlog(since: .seconds(5), limit: 2), is: [normal: 3, others: 1, high: 1])
      try expect(try await storage.claims.backlog(since: .seconds(10), limit: 2), is: [normal: 2, others: 1, high: 1])
    },
    ConformanceCheck("of a workflow with a limit no more are running or on their way") { storage in
      let (one, two) = (WorkflowID.numbered(1), WorkflowID.numbered(2))
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      _ = try await storage.journal.commit(
        (1...4).map { .accept(.numbered($0, workflow: one, concurrency: 2)) } + [
          .accept(.numbered(5, workflow: two, concurrency: 1)), .accept(.numbered(6, workflow: one, isHeld: true)),
        ])
      try expect(try await storage.claims.backlog(since: .seconds(0), limit: 9).count, is: 1, "a limit is no backlog:")
      try expect(
        try await recoverable(storage, at: 10, before: 5), is: [.numbered(1), .numbered(2), .numbered(5), .numbered(6)])
      _ = try await storage.claims.claim(
        [.numbered(1), .numbered(2), .numbered(5)], for: me, at: .seconds(10), leaseExpiry: .seconds(0))
      let early = try await storage.claims.claim([.numbered(3)], for: me, at: .seconds(10), leaseExpiry: .seconds(0))
      try expect(early.count, is: 0, "a message that is not of its turn:")
      try expect(try await recoverable(storage, at: 11, before: 6), is: [], "they are running:")
      try expect(
        try await storage.claims.nextDue(after: .seconds(11), lease: .zero, turn: turn), is: .seconds(11) + turn)
      _ = try await storage.journal.commit([
        .append(1, [], .wait(until: .seconds(12))), .append(2, [], .success()),
      ])
      try expect(try await recoverable(storage, at: 11, before: 6), is: [.numbered(3), .numbered(4)])
      _ = try await storage.claims.claim([.numbered(3)], for: me, at: .seconds(11), leaseExpiry: .seconds(0))
      try expect(try await recoverable(storage, at: 13, before: 8), is: [], "a wait that is over finds no place:")
      try expect(try await recoverable(storage, at: 20, before: 15), is: [.numbered(4), .numbered(6)], "told again:")
      _ = try await storage.journal.commit([.append(3, [], .success())])
      try expect(try await recoverable(storage, at: 20, before: 15), is: [.numbered(1)])
    },
    ConformanceCheck("of a workspace with a limit no more are running or on their way, whatever their lines") {
      storage in
      let small = WorkspaceID.numbered(7)
      try await limit(small, to: 2, storage)
      _ = try await storage.claims.beat(me, holding: [], at: .seconds(10))
      _ = try await storage.journal.commit(
        (1...3).map { .accept(.numbered($0, in: small, isInLimitedWorkspace: true)) } + [
          .accept(.numbered(4, in: small, lane: .high, isInLimitedWorkspace: true)),
          .accept(.numbered(5, in: small, workflow: .numbered(2), concurrency: 1, isInLimitedWorkspace: true)),
          .accept(.numbered(6, isHeld: true)),
        ])
      try expect(try await recoverable(storage, at: 10, before: 5), is: [.numbered(1), .numbered(4), .numbered(6)])
      try expect(try await recoverable(storage, at: 10, before: 5), is: [], "they are on their way:")
      let claims = storage.claims
      let early = try await claims.claim([.numbered(2)], in: small, for: me, at: .seconds(10), leaseExpiry: .seconds(0))
      try expect(early.count, is: 0, "a message that is not of its turn:")
      try await claims.claim(
        [.numbered(1), .numbered(4)], in: small, for: me, at: .seconds(10), leaseExpiry: .seconds(0))
      try expect(try await recoverable(storage, at: 11, before: 6), is: [], "they are running:")
      try expect(try await claims.nextDue(after: .seconds(11), lease: .zero, turn: turn), is: .seconds(11) + turn)
      _ = try await storage.journal.commit([.append(1, in: small, [], .wait(until: .seconds(12)))])
      try expect(try await recoverable(storage, at: 11, before: 6), is: [.numbered(2)])
      try await claims.claim([.numbered(2)], in: small, for: me, at: .seconds(11), leaseExpiry: .seconds(0))
      try expect(try await recoverable(storage, at: 13, before: 8), is: [], "a wait that is over finds no place:")
      try expect(try await claims.nextDue(after: .seconds(13), lease: .zero, turn: turn), is: .seconds(13) + turn)
      let late = try await claims.claim([.numbered(1)], in: small, for: me, at: .seconds(13), leaseExpiry: .seconds(0))
      try expect(late.count, is: 0, "a wait that has no place:")
      _ = try await storage.journal.commit([.append(4, in: small, [], .success())])
      try expect(try await recoverable(storage, at: 13, before: 8), is: [.numbered(1)])
      try expect(
        try await recoverable(storage, at: 43, before: 42, lease: 42), is: [1, 2, 6].map { .numbered($0) },
        "told again, also those of a holder that is gone:")
      try await limit(small, to: nil, storage)
      try expect(
        try await recoverable(storage, at: 43, before: 8), is: [.numbered(3), .numbered(5)], "without a limit:")
    },
    ConformanceCheck("a limit is in force for what was held before it, and as it is now") { storage in
      _ = try await storage.journal.commit((1...4).map { .accept(.numbered($0, isHeld: true)) })
      try await limit(.initial, to: 1, storage)
      try expect(try await recoverable(storage, at: 10, before: 5), is: [.numbered(1)])
      try await limit(.initial, to: 3, storage)
      try expect(try await recoverable(storage, at: 10, before: 5), is: [.numbered(2), .numbered(3)])
      try await limit(.initial, to: 1, storage)
      try expect(try await recoverable(storage, at: 10, before: 5), is: [], "more than the limit are on their way:")
    },
    ConformanceCheck("a backlog holds up nobody else's first, with a limit or without") { storage in
      let (one, other) = (WorkspaceID.numbered(7), WorkspaceID.numbered(8))
      _ = try await storage.journal.commit((1...3000).map { .accept(.numbered($0, in: one, isHeld: true)) })
      _ = try await storage.journal.commit([.accept(.numbered(3001, in: other, isHeld: true))])
      let first = try await recoverable(storage, at: 10, before: 5, lineLimit: 1000, limit: 2)
      try expect(first, is: [.numbered(1), .numbered(3001)])
      _ = try await storage.journal.commit([.accept(.numbered(3002, in: other, isHeld: true))])
      try await limit(one, to: 5, storage)
      let second = try await recoverable(storage, at: 10, before: 5, lineLimit: 1000, limit: 500)
      try expect(second, is: [2, 3, 4, 5, 3002].map { .numbered($0) })
    },
    ConformanceCheck("while something is held a turn is due") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, isHeld: true))])
      try expect(
        try await storage.claims.nextDue(after: .seconds(3), lease: lease, turn: turn), is: .seconds(3) + turn)
      try expect(try await recoverable(storage, at: 10, before: 5), is: [.numbered(1)])
      try expect(try await storage.claims.nextDue(after: .seconds(3), lease: lease, turn: turn), is: nil)
    },
    ConformanceCheck("what has ended is never recoverable") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [], .success()), .accept(.numbered(2)), .cancel(2),
      ])
      try expect(try await recoverable(storage, at: 999, before: 999, lease: 999), is: [])
    },
  ]
}
