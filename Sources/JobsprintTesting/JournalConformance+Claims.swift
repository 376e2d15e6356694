import JobsprintDomain
import JobsprintPorts

/// Appends that claim their execution (``JournalAppend/claimedAt``).
extension JournalConformance {
  static let claimingByAppends: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an append claims what nobody has held, whatever it goes on to") { storage in
      let error = Array("{\"message\":\"no\"}".utf8)
      let ways: [(ExecutionTransition, ExecutionState)] = [
        (.none, .running), (.wait(until: .seconds(50)), .waiting), (.handBack, .new), (.success(), .success),
        (.finish(.error, error: error, lastNode: "Node", at: .seconds(900)), .error),
        (
          .finish(.crashed, error: error, lastNode: nil, at: .seconds(900), deadLetter: .cannotRun), .crashed
        ),
      ]
      let numbers = Array(1...ways.count)
      _ = try await storage.journal.commit(numbers.map { .accept(.numbered($0)) })
      _ = try await storage.claims.beat(.numbered(1), holding: [], at: .seconds(9))
      let appends = zip(numbers, ways).map { number, way in
        JournalWrite.append(number, [.entry(at: 0)], way.0, claimingAt: .seconds(10))
      }
      try expect(try await storage.journal.commit(appends), is: numbers.map { _ in .committed })
      for (number, way) in zip(numbers, ways) {
        let record = try required(try await storage.executions.execution(.numbered(number), in: .initial))
        try expect(record.state, is: way.1)
        try expect(record.term, is: 1)
        try expect(record.startedAt, is: .seconds(10))
        try expect(
          try await storage.executions.journal(of: .numbered(number), in: .initial), is: [.entry(at: 0)])
      }
      // The one that goes on is held, and no wake-up takes it away.
      try expect(
        try await storage.claims.claim([.numbered(1)], for: .numbered(2), at: .seconds(11), leaseExpiry: .seconds(5))
          .count, is: 0)
      try expect(try await storage.journal.commit([.append(1, [.entry(at: 1)], .success())]), is: [.committed])
    },
    ConformanceCheck("of two appends that claim one execution the first has it") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1)), .accept(.numbered(2))])
      let first: [JournalWrite] = [
        .append(1, by: 1, [.entry(at: 0, payload: "first")], claimingAt: .seconds(10)),
        .append(2, by: 1, [.entry(at: 0, payload: "first")], .success(), claimingAt: .seconds(10)),
      ]
      try expect(try await storage.journal.commit(first), is: [.committed, .committed])
      for transition in [ExecutionTransition.none, .success(), .handBack] {
        try expect(
          try await storage.journal.commit([
            .append(1, by: 2, [.entry(at: 0, payload: "second")], transition, claimingAt: .seconds(11)),
            .append(2, by: 2, [.entry(at: 0, payload: "second")], transition, claimingAt: .seconds(11)),
          ]), is: [.fenced, .fenced])
      }
      for number in 1...2 {
        try expect(
          try await storage.executions.journal(of: .numbered(number), in: .initial),
          is: [.entry(at: 0, payload: "first")])
      }
      // Its holder may not know yet that his claim is committed.
      try expect(
        try await storage.journal.commit([.append(1, by: 1, [.entry(at: 1)], .success(), claimingAt: .seconds(10))]),
        is: [.committed])
      try expect(
        try await storage.executions.execution(.numbered(1), in: .initial)?.startedAt, is: .seconds(10))
    },
    ConformanceCheck("an append claims nothing that was held before, was ended, or is another's") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1)), .accept(.numbered(2)), .accept(.numbered(3, in: .numbered(7))), .cancel(1),
        .append(2, [], .handBack, claimingAt: .seconds(9)),
      ])
      for transition in [ExecutionTransition.none, .success()] {
        try expect(
          try await storage.journal.commit(
            (1...4).map { .append($0, [.entry(at: 0)], transition, claimingAt: .seconds(10)) }),
          is: [.fenced, .fenced, .fenced, .fenced])
        // Its first holder had term 1.
        try expect(
          try await storage.journal.commit([
            .append(3, in: .numbered(7), term: 2, [.entry(at: 0)], transition, claimingAt: .seconds(10))
          ]), is: [.fenced])
      }
      let untouched = try required(try await storage.executions.execution(.numbered(3), in: .numbered(7)))
      try expect(untouched.state, is: .new)
      try expect(untouched.term, is: 0)
      try expect(try await storage.executions.execution(.numbered(2), in: .initial)?.state, is: .new)
    },
    ConformanceCheck("an append that claims nothing is fenced by what nobody holds") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1))])
      try expect(
        try await storage.journal.commit([.append(1, [.entry(at: 0)]), .append(1, [.entry(at: 0)], .success())]),
        is: [.fenced, .fenced])
    },
    ConformanceCheck("an execution is accepted, claimed and ended in one commit") { storage in
      try expect(
        try await storage.journal.commit([
          .accept(.numbered(1)), .append(1, [.entry(at: 0)], claimingAt: .seconds(10)),
          .append(1, [.entry(at: 1)], .success()), .accept(.numbered(2)),
          .append(2, [.entry(at: 0)], .success(), claimingAt: .seconds(10)),
        ]), is: Array(repeating: .committed, count: 5))
      try expect(
        try await storage.executions.journal(of: .numbered(1), in: .initial), is: [.entry(at: 0), .entry(at: 1)])
      try expect(try await storage.executions.execution(.numbered(2), in: .initial)?.state, is: .success)
    },
  ]
}
