import JobsprintDomain
import JobsprintPorts

/// What every ``ExecutionClaims`` promises.
public enum ExecutionClaimsConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = claiming + heartbeats + recovery + tags

  private static let me = ExecutorID.numbered(1)
  private static let you = ExecutorID.numbered(2)
  private static let lease = Duration.seconds(15)
  private static let turn = Duration.milliseconds(100)

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

  private static let gpu = WorkerTag("gpu")

  private static func recoverable(
    _ storage: StorageUnderTest, carrying names: [String], at now: Int64, before: Int64, lease: Int64 = 0,
    lineLimit: Int = 100
  ) async throws -> [WakeUp] {
    try await storage.claims.recoverable(
      carrying: try WorkerTags(named: names), at: .seconds(now), dispatchedBefore: .seconds(before),
      leaseExpiry: .seconds(lease), lineLimit: lineLimit, limit: 100)
  }

  private static let tags: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an execution is claimed by executors that carry its tag, and by no others") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, tag: gpu)), .accept(.numbered(2)), .accept(.numbered(3, tag: WorkerTag("eu"))),
        .accept(.numbered(4, tag: gpu, claimedBy: .numbered(9))),
      ])
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.tag, is: gpu)
      // What a wake-up says of the tag counts for nothing.
      let wakeUps = (1...4).map { WakeUp(execution: .numbered($0), workspace: .initial, lane: .normal, tag: gpu) }
      for (names, claimed) in [(["eu", "x"], [3]), ([], [2]), (["gpu"], [1, 4])] {
        let executions = try await storage.claims.claim(
          wakeUps, for: me, carrying: try WorkerTags(named: names), at: .seconds(9), leaseExpiry: .seconds(0))
        try expect(executions.map(\.id), is: claimed.map { .numbered($0) })
        _ = try await storage.claims.beat(me, holding: [], at: .seconds(9))
      }
      _ = try await storage.journal.commit([.append(1, [], .success())])
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.tag, is: nil)
    },
    ConformanceCheck("what is due is dispatched by those that carry its tag, whatever it waits for") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, tag: gpu)), .accept(.numbered(2, tag: gpu, isHeld: true)),
        .accept(.numbered(3, tag: gpu, claimedBy: .numbered(9))),
        .accept(.numbered(4, workflow: .numbered(4), tag: gpu, concurrency: 1)),
        .accept(.numbered(5, tag: gpu, claimedBy: me)), .append(5, [], .wait(until: .seconds(7))),
        .accept(.numbered(6, isHeld: true)),
      ])
      let claims = storage.claims
      try expect(try await recoverable(storage, carrying: [], at: 10, before: 5).map(\.execution), is: [.numbered(6)])
      try expect(try await claims.nextDue(after: .seconds(0), carrying: .none, lease: .zero, turn: turn), is: nil)
      let carried = try WorkerTags(named: ["gpu"])
      try expect(
        try await claims.nextDue(after: .seconds(8), carrying: carried, lease: .zero, turn: turn),
        is: .seconds(8) + turn)
      let wakeUps = try await recoverable(storage, carrying: ["gpu"], at: 10, before: 5)
      try expect(wakeUps.map(\.execution), is: (1...5).map { .numbered($0) })
      try expect(Set(wakeUps.map(\.tag)), is: [gpu])
      try expect(try await claims.nextDue(after: .seconds(10), carrying: carried, lease: .zero, turn: turn), is: nil)
    },
    ConformanceCheck("the lines of tags are lines of their own") { storage in
      _ = try await storage.journal.commit(
        (1...3).map { .accept(.numbered($0, tag: gpu, isHeld: true)) } + [
          .accept(.numbered(4, isHeld: true)), .accept(.numbered(5, isHeld: true)),
        ])
      let line = DispatchLine(workspace: .initial, lane: .normal, tag: gpu)
      let plain = DispatchLine(workspace: .initial, lane: .normal)
      try expect(try await storage.claims.backlog(since: .seconds(0), limit: 9), is: [line: 3, plain: 2])
      let first = try await recoverable(storage, carrying: ["gpu", "untagged"], at: 10, before: 5, lineLimit: 1)
      try expect(first.map(\.execution), is: [.numbered(1), .numbered(4)])
      try expect(try await storage.claims.backlog(since: .seconds(0), limit: 9), is: [line: 3, plain: 2])
      let second = try await recoverable(storage, carrying: [], at: 10, before: 5, lineLimit: 2)
      try expect(second.map(\.execution), is: [.numbered(5)])
    },
  ]

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

  private static let recovery: [ConformanceCheck<StorageUnderTest>] = [
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
