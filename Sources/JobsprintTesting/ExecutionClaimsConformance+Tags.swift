import JobsprintDomain
import JobsprintPorts

/// Worker tags: who may claim what, and what is dispatched by whom.
extension ExecutionClaimsConformance {
  private static let gpu = WorkerTag("gpu")

  private static func recoverable(
    _ storage: StorageUnderTest, carrying names: [String], at now: Int64, before: Int64, lease: Int64 = 0,
    lineLimit: Int = 100
  ) async throws -> [WakeUp] {
    try await storage.claims.recoverable(
      carrying: try WorkerTags(named: names), at: .seconds(now), dispatchedBefore: .seconds(before),
      leaseExpiry: .seconds(lease), lineLimit: lineLimit, limit: 100)
  }

  static let tags: [ConformanceCheck<StorageUnderTest>] = [
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
}
