import JobsprintDomain
import JobsprintPorts

/// What every ``Journal`` promises.
public enum JournalConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] =
    accepting + appending + fencing + claimingByAppends + ending + cancelling + batches

  private static let other = WorkspaceID.numbered(77)
  private static let me = ExecutorID.numbered(1)

  private static let accepting: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an accepted execution is stored as new, with all it was given") { storage in
      let new = NewExecution.numbered(
        1, workflow: .numbered(5), version: .numbered(6), mode: .webhook, lane: .high, input: "\u{0}bytes",
        retryOf: .numbered(9)
      )
      try expect(try await storage.journal.commit([.accept(new)]), is: [.committed])
      try expect(
        try await storage.executions.execution(new.id, in: new.workspace),
        is: ExecutionRecord(
          id: new.id, workspace: new.workspace, workflow: new.workflow, version: new.version, state: .new,
          mode: .webhook, lane: .high, term: 0, acceptedAt: new.acceptedAt, startedAt: nil, finishedAt: nil,
          waitUntil: nil, retryOf: .numbered(9), error: nil, lastNode: nil, input: new.input))
      try expect(try await storage.executions.journal(of: new.id, in: new.workspace), is: [])
    },
    ConformanceCheck("an execution accepted by its executor is running in term 1") { storage in
      try expect(try await storage.journal.commit([.accept(.numbered(1, claimedBy: me))]), is: [.committed])
      let record = try required(try await storage.executions.execution(.numbered(1), in: .initial))
      try expect(record.state, is: .running)
      try expect(record.term, is: 1)
      try expect(record.startedAt, is: record.acceptedAt)
      try expect(try await storage.journal.commit([.append(1, [.entry(at: 0)])]), is: [.committed])
    },
    ConformanceCheck("a retry takes over finished runs") { storage in
      let entries = [JournalEntry.entry(at: 0, payload: "a"), .entry(at: 1, payload: "b")]
      _ = try await storage.journal.commit([.accept(.numbered(1, entries: entries))])
      try expect(try await storage.executions.journal(of: .numbered(1), in: .initial), is: entries)
    },
    ConformanceCheck("an empty input stays empty") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, input: ""))])
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.input, is: [])
    },
    ConformanceCheck("an id is accepted once") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, input: "first"))])
      try await expectRefusal("the same id again") {
        _ = try await storage.journal.commit([.accept(.numbered(1, input: "second"))])
      }
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.input, is: Array("first".utf8))
    },
    ConformanceCheck("a used idempotency key gives what was kept, and nothing is written") { storage in
      let kept = IdempotencyRecord.of("key", response: "first")
      _ = try await storage.journal.commit([.accept(.numbered(1, idempotency: kept))])
      try expect(
        try await storage.journal.commit([.accept(.numbered(2, idempotency: .of("key", response: "second")))]),
        is: [.replayed(kept)])
      try expect(try await storage.executions.execution(.numbered(2), in: .initial), is: nil)
    },
    ConformanceCheck("of two accepts with one key in a batch the second is replayed") { storage in
      let kept = IdempotencyRecord.of("key", response: "first")
      try expect(
        try await storage.journal.commit([
          .accept(.numbered(1, idempotency: kept)), .accept(.numbered(2, idempotency: .of("key", response: "second"))),
          .accept(.numbered(3, idempotency: .of("another"))),
        ]), is: [.committed, .replayed(kept), .committed])
      try expect(try await storage.executions.execution(.numbered(2), in: .initial), is: nil)
    },
    ConformanceCheck("idempotency keys of two workspaces are two") { storage in
      try expect(
        try await storage.journal.commit([
          .accept(.numbered(1, idempotency: .of("key"))),
          .accept(.numbered(2, in: other, idempotency: .of("key", in: other))),
        ]), is: [.committed, .committed])
    },
  ]

  private static let appending: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("entries are read by position, unfinished before finished, with all they hold") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me))])
      let finished = JournalEntry.entry(
        at: 0, node: "Ä \"node\"\u{0}", run: 3, attempt: 2, term: 1, recordedAt: .seconds(4), payload: "\u{0}\u{1F600}")
      let started = JournalEntry.entry(.started, at: 0, payload: "")
      let again = JournalEntry.entry(.started, at: 0, attempt: 2, payload: "")
      let suspended = JournalEntry.entry(.suspended, at: 0, attempt: 2, payload: "1800")
      let next = JournalEntry.entry(at: 1)
      try expect(
        try await storage.journal.commit([
          .append(1, [next, started]), .append(1, [again]), .append(1, [suspended, finished]),
        ]), is: [.committed, .committed, .committed])
      try expect(
        try await storage.executions.journal(of: .numbered(1), in: .initial),
        is: [started, again, suspended, finished, next])
    },
    ConformanceCheck("a run at one position is finished once") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(at: 0, payload: "first")]),
      ])
      try await expectRefusal("finished again") {
        _ = try await storage.journal.commit([.append(1, [.entry(at: 0, attempt: 2, payload: "second")])])
      }
      try expect(
        try await storage.executions.journal(of: .numbered(1), in: .initial), is: [.entry(at: 0, payload: "first")])
    },
    ConformanceCheck("a node that waits twice replaces its note") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(.suspended, at: 0, payload: "10")]),
        .append(1, [.entry(.suspended, at: 0, payload: "20")]),
      ])
      try expect(
        try await storage.executions.journal(of: .numbered(1), in: .initial),
        is: [.entry(.suspended, at: 0, payload: "20")])
    },
    ConformanceCheck("a large payload comes back as it was") { storage in
      let payload = String(repeating: "0123456789", count: 300_000)
      _ = try await storage.journal.commit([
        .accept(.numbered(1, input: payload, claimedBy: me)), .append(1, [.entry(at: 0, payload: payload)]),
      ])
      try expect(
        try await storage.executions.journal(of: .numbered(1), in: .initial).first?.payload.count, is: 3_000_000)
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.input.count, is: 3_000_000)
    },
  ]

  private static let fencing: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an append with another term, executor or workspace is fenced and writes nothing") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me))])
      try expect(
        try await storage.journal.commit([
          .append(1, term: 2, [.entry(at: 0)]), .append(1, term: 0, [.entry(at: 0)]),
          .append(1, by: 2, [.entry(at: 0)], .success()), .append(1, in: other, [.entry(at: 0)], .handBack),
          .append(2, [.entry(at: 0)]),
        ]), is: Array(repeating: .fenced, count: 5))
      try expect(try await storage.executions.journal(of: .numbered(1), in: .initial), is: [])
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.state, is: .running)
    },
    ConformanceCheck("an execution that nobody holds takes no append") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1)), .accept(.numbered(2, claimedBy: me)), .append(2, [], .wait(until: .seconds(50))),
      ])
      try expect(
        try await storage.journal.commit([
          .append(1, term: 0, [.entry(at: 0)]), .append(1, [.entry(at: 0)]), .append(2, [.entry(at: 0)]),
        ]), is: [.fenced, .fenced, .fenced])
    },
    ConformanceCheck("a fenced append leaves the others of its batch alone") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me)), .accept(.numbered(2, claimedBy: me))])
      try expect(
        try await storage.journal.commit([
          .append(1, [.entry(at: 0)]), .append(1, term: 7, [.entry(at: 1)]), .append(2, [.entry(at: 0)], .success()),
          .accept(.numbered(3)),
        ]), is: [.committed, .fenced, .committed, .committed])
      try expect(try await storage.executions.journal(of: .numbered(1), in: .initial).count, is: 1)
      try expect(try await storage.executions.execution(.numbered(2), in: .initial)?.state, is: .success)
    },
    ConformanceCheck("the next holder fences its predecessor") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me))])
      let claimed = try await storage.claims.claim(
        [.numbered(1)], for: .numbered(2), at: .seconds(9), leaseExpiry: .seconds(5))
      try expect(claimed.map(\.fence), is: [Fence(term: 2, executor: .numbered(2))])
      try expect(
        try await storage.journal.commit([
          .append(1, [.entry(at: 0)]), .append(1, term: 2, by: 2, [.entry(at: 0, payload: "successor")]),
        ]), is: [.fenced, .committed])
    },
  ]

  private static let ending: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("each terminal state is stored with its facts, and is final") { storage in
      for (number, state) in ExecutionState.allCases.filter(\.isTerminal).enumerated() {
        let error: [UInt8]? = state == .success ? nil : Array("{}".utf8)
        try expect(
          try await storage.journal.commit([
            .accept(.numbered(number, claimedBy: me)),
            .append(number, [.entry(at: 0)], .finish(state, error: error, lastNode: "Last", at: .seconds(70))),
            .append(number, [.entry(at: 1)]), .append(number, [], .success()), .cancel(number),
          ]), is: [.committed, .committed, .fenced, .fenced, .alreadyEnded(state)])
        let record = try required(try await storage.executions.execution(.numbered(number), in: .initial))
        try expect(record.state, is: state)
        try expect(record.finishedAt, is: .seconds(70))
        try expect(record.error, is: error)
        try expect(record.lastNode, is: "Last")
        try expect(try await storage.executions.journal(of: .numbered(number), in: .initial).count, is: 1)
        try expect(
          try await storage.claims.claim([.numbered(number)], for: me, at: .seconds(99), leaseExpiry: .seconds(99))
            .count,
          is: 0)
      }
    },
    ConformanceCheck("an end right behind its acceptance leaves what it leaves by itself") { storage in
      let journal = storage.journal
      func accept(_ number: Int) -> JournalWrite {
        .accept(.numbered(number, at: .seconds(3), retryOf: .numbered(9), claimedBy: me))
      }
      func end(_ number: Int) -> JournalWrite {
        .append(number, [.entry(at: 0, payload: "first"), .entry(at: 1)], .success(lastNode: nil, at: .seconds(4)))
      }
      _ = try await journal.commit([accept(1)])
      try expect(try await journal.commit([end(1)]), is: [.committed])
      try expect(
        try await journal.commit([accept(2), end(2), end(2), .cancel(2), .accept(.numbered(3))]),
        is: [.committed, .committed, .fenced, .alreadyEnded(.success), .committed])
      let (apart, together) = (
        try required(try await storage.executions.execution(.numbered(1), in: .initial)),
        try required(try await storage.executions.execution(.numbered(2), in: .initial))
      )
      try expect(together.state, is: .success)
      try expect(together.term, is: apart.term)
      try expect(together.acceptedAt, is: apart.acceptedAt)
      try expect(together.startedAt, is: apart.startedAt)
      try expect(together.finishedAt, is: .seconds(4))
      try expect(together.retryOf, is: .numbered(9))
      try expect(together.lastNode, is: nil)
      try expect(together.error, is: nil)
      try expect(together.input, is: apart.input)
      for number in [1, 2] {
        let entries = try await storage.executions.journal(of: .numbered(number), in: .initial)
        try expect(entries.map(\.payload), is: [Array("first".utf8), Array("{}".utf8)])
      }
      try expect(
        try await storage.claims.beat(me, holding: [.numbered(2)], at: .seconds(5)), is: [.numbered(2)])
    },
    ConformanceCheck("an end right behind another's acceptance, or a key's second one, is fenced") { storage in
      try expect(
        try await storage.journal.commit([
          .accept(.numbered(1, claimedBy: me)), .append(1, by: 2, [.entry(at: 0)], .success()),
          .accept(.numbered(2)), .append(2, [], .success()),
        ]), is: [.committed, .fenced, .committed, .fenced])
      let kept = IdempotencyRecord.of("key", response: "first")
      try expect(
        try await storage.journal.commit([
          .accept(.numbered(3, claimedBy: me, idempotency: kept)), .append(3, [], .success()),
          .accept(.numbered(4, claimedBy: me, idempotency: .of("key", response: "second"))),
          .append(4, [], .success()),
        ]), is: [.committed, .committed, .replayed(kept), .fenced])
      let states = [
        try await storage.executions.execution(.numbered(1), in: .initial)?.state,
        try await storage.executions.execution(.numbered(2), in: .initial)?.state,
        try await storage.executions.execution(.numbered(3), in: .initial)?.state,
        try await storage.executions.execution(.numbered(4), in: .initial)?.state,
      ]
      try expect(states, is: [.running, .new, .success, nil])
    },
    ConformanceCheck("an end right behind its acceptance that finishes a run twice is refused, and nothing is there") {
      storage in
      try await expectRefusal("the pair") {
        _ = try await storage.journal.commit([
          .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(at: 0), .entry(at: 0)], .success()),
        ])
      }
      try expect(try await storage.executions.execution(.numbered(1), in: .initial), is: nil)
    },
    ConformanceCheck("an execution can't end in a state that is no end") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me))])
      try await expectRefusal("finish as waiting") {
        _ = try await storage.journal.commit([
          .append(1, [], .finish(.waiting, error: nil, lastNode: nil, at: .seconds(1)))
        ])
      }
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.state, is: .running)
    },
    ConformanceCheck("a wait and a hand-back set the execution free") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(.suspended, at: 0)], .wait(until: .seconds(50))),
        .accept(.numbered(2, claimedBy: me)), .append(2, [.entry(at: 0)], .handBack),
      ])
      let waiting = try required(try await storage.executions.execution(.numbered(1), in: .initial))
      try expect(waiting.state, is: .waiting)
      try expect(waiting.waitUntil, is: .seconds(50))
      try expect(waiting.term, is: 1)
      let handedBack = try required(try await storage.executions.execution(.numbered(2), in: .initial))
      try expect(handedBack.state, is: .new)
      try expect(handedBack.startedAt, is: handedBack.acceptedAt)
      try expect(handedBack.finishedAt, is: nil)
    },
  ]

  private static let cancelling: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("cancelling ends what has not ended, raises the term and fences the holder") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1)), .accept(.numbered(2, claimedBy: me)), .accept(.numbered(3, claimedBy: me)),
        .append(3, [], .wait(until: .seconds(50))),
      ])
      try expect(
        try await storage.journal.commit([.cancel(1), .cancel(2, error: Array("why".utf8)), .cancel(3)]),
        is: [.committed, .committed, .committed])
      for (number, term) in [(1, 1), (2, 2), (3, 2)] {
        let record = try required(try await storage.executions.execution(.numbered(number), in: .initial))
        try expect(record.state, is: .canceled)
        try expect(record.term, is: term)
        try expect(record.finishedAt, is: .seconds(500))
        try expect(record.waitUntil, is: nil)
        try expect(record.error, is: number == 2 ? Array("why".utf8) : nil)
      }
      try expect(try await storage.journal.commit([.append(2, [.entry(at: 0)], .success())]), is: [.fenced])
      try expect(try await storage.claims.nextDue(after: .seconds(0), lease: .seconds(15), turn: .zero), is: nil)
    },
    ConformanceCheck("cancelling what has ended or is not there says so") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, claimedBy: me)), .append(1, [], .success())])
      try expect(
        try await storage.journal.commit([.cancel(1), .cancel(2), .cancel(1, in: other)]),
        is: [.alreadyEnded(.success), .notFound, .notFound])
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.finishedAt, is: .seconds(900))
    },
  ]

  private static let batches: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an empty batch is no work") { storage in try expect(try await storage.journal.commit([]), is: [])
    },
    ConformanceCheck("a batch with a poison entry writes nothing; its halves do") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(at: 0, payload: "first")]),
      ])
      let good: [JournalWrite] = [
        .accept(.numbered(2, idempotency: .of("key"))), .append(1, [.entry(at: 1)]), .cancel(2),
      ]
      try await expectRefusal("the batch") {
        _ = try await storage.journal.commit(good + [.append(1, [.entry(at: 2), .entry(at: 0)], .success())])
      }
      try expect(try await storage.executions.execution(.numbered(2), in: .initial), is: nil)
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: nil)
      try expect(try await storage.executions.journal(of: .numbered(1), in: .initial).count, is: 1)
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.state, is: .running)
      try expect(try await storage.journal.commit(good), is: [.committed, .committed, .committed])
    },
    ConformanceCheck("writes of a batch see those before them") { storage in
      try expect(
        try await storage.journal.commit([
          .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(at: 0)]), .cancel(1), .append(1, [.entry(at: 1)]),
        ]), is: [.committed, .committed, .committed, .fenced])
    },
    ConformanceCheck("batches that are committed at the same time all count") { storage in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for batch in 0..<20 {
          group.addTask {
            let numbers = batch * 10..<batch * 10 + 10
            let outcomes = try await storage.journal.commit(
              numbers.flatMap { [.accept(.numbered($0, claimedBy: me)), .append($0, [.entry(at: 0)], .success())] })
            try expect(outcomes, is: Array(repeating: .committed, count: 20))
          }
        }
        try await group.waitForAll()
      }
      let ended = try await storage.executions.ended(among: (0..<200).map { .numbered($0) })
      try expect(ended.count, is: 200)
    },
  ]
}
