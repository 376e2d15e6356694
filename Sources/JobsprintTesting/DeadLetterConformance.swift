import JobsprintDomain
import JobsprintPorts

/// What every ``DeadLetterStore`` promises, and the journal that writes its letters.
public enum DeadLetterConformance {
  private static let me = ExecutorID.numbered(1)
  private static let other = WorkspaceID.numbered(77)
  private static let error = Array(#"{"name":"E","message":"no"}"#.utf8)

  private static func died(
    _ reason: DeadLetterReason?, _ state: ExecutionState = .error, at time: Timestamp = .seconds(50)
  ) -> ExecutionTransition {
    .finish(state, error: error, lastNode: "Last \u{0}", at: time, deadLetter: reason)
  }

  /// Accepts an execution and lets it die.
  private static func bury(
    _ number: Int, _ reason: DeadLetterReason, workflow: Int = 1, in workspace: WorkspaceID = .initial,
    on storage: StorageUnderTest
  ) async throws {
    let outcomes = try await storage.journal.commit([
      .accept(
        .numbered(
          number, in: workspace, workflow: .numbered(workflow), version: .numbered(workflow * 100), claimedBy: me)
      ),
      .append(number, in: workspace, [.entry(at: 0)], died(reason)),
    ])
    try expect(outcomes, is: [.committed, .committed])
  }

  private static func letter(
    _ number: Int, _ reason: DeadLetterReason, workflow: Int = 1, in workspace: WorkspaceID = .initial
  ) -> DeadLetter {
    DeadLetter(
      execution: .numbered(number), workspace: workspace, workflow: .numbered(workflow),
      version: .numbered(workflow * 100), reason: reason, error: error, lastNode: "Last \u{0}", diedAt: .seconds(50))
  }

  private static func list(
    _ storage: StorageUnderTest, _ filter: DeadLetterFilter = DeadLetterFilter(), in workspace: WorkspaceID = .initial,
    after: Int? = nil, limit: Int = 100
  ) async throws -> Page<DeadLetter> {
    try await storage.deadLetters.letters(
      matching: filter, in: workspace, page: PageRequest(after: after.map { .numbered($0) }, limit: limit))
  }

  private static func numbers(_ letters: [DeadLetter]) -> [ExecutionID] { letters.map(\.execution) }

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a letter is written with the end that has a reason, and with no other") { storage in
      try await bury(1, .attemptsExhausted, on: storage)
      _ = try await storage.journal.commit([
        .accept(.numbered(2, claimedBy: me)), .append(2, [], died(nil)), .accept(.numbered(3, claimedBy: me)),
        .append(3, [], .success()), .accept(.numbered(4, claimedBy: me)), .cancel(4),
      ])
      try expect(
        try await storage.deadLetters.letter(of: .numbered(1), in: .initial), is: letter(1, .attemptsExhausted))
      for number in 2...4 {
        try expect(try await storage.deadLetters.letter(of: .numbered(number), in: .initial), is: nil, "\(number):")
      }
    },
    ConformanceCheck("in one commit each end has its own letter") { storage in
      _ = try await storage.journal.commit((1...4).map { .accept(.numbered($0, claimedBy: me)) })
      let reasons: [DeadLetterReason?] = [.cannotRun, nil, .crashedRepeatedly, .notRetryable]
      _ = try await storage.journal.commit(
        reasons.enumerated().map { place, reason in .append(place + 1, [.entry(at: 0)], died(reason, .crashed)) })
      try expect(try await list(storage).elements.map(\.reason), is: [.notRetryable, .crashedRepeatedly, .cannotRun])
    },
    ConformanceCheck("an end that its fence refuses leaves no letter") { storage in
      let outcomes = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, term: 2, [], died(.cannotRun)),
      ])
      try expect(outcomes, is: [.committed, .fenced])
      try expect(try await storage.deadLetters.letter(of: .numbered(1), in: .initial), is: nil)
      _ = try await storage.journal.commit([.append(1, [], .success(at: .seconds(50)))])
      let late = try await storage.journal.commit([.append(1, term: 3, [], died(.cannotRun))])
      try expect(late, is: [.fenced])
      try expect(try await storage.deadLetters.letter(of: .numbered(1), in: .initial), is: nil)
    },
    ConformanceCheck("a letter without error and last node has none") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)),
        .append(1, [], .finish(.crashed, error: nil, lastNode: nil, at: .seconds(5), deadLetter: .cannotRun)),
      ])
      let found = try required(try await storage.deadLetters.letter(of: .numbered(1), in: .initial))
      try expect(found.error, is: nil)
      try expect(found.lastNode, is: nil)
    },
    ConformanceCheck("nothing of another workspace is seen, listed or settled") { storage in
      try await bury(1, .cannotRun, in: other, on: storage)
      try expect(try await storage.deadLetters.letter(of: .numbered(1), in: .initial), is: nil)
      try expect(try await list(storage).elements, is: [])
      guard
        case .notFound = try await storage.deadLetters.settle(
          .numbered(1), in: .initial, as: .discarded, at: .seconds(60), recording: .numbered(1))
      else { throw ConformanceFailure(description: "a letter of another workspace was settled") }
      try await storage.expectAudited([])
      try expect(try await list(storage, in: other).elements, is: [letter(1, .cannotRun, in: other)])
    },
    ConformanceCheck("letters are listed newest first, by key, and all filters together must match") { storage in
      try await bury(1, .attemptsExhausted, on: storage)
      try await bury(2, .cannotRun, workflow: 2, on: storage)
      try await bury(3, .attemptsExhausted, workflow: 2, on: storage)
      try await bury(4, .crashedRepeatedly, on: storage)
      _ = try await storage.deadLetters.settle(
        .numbered(4), in: .initial, as: .discarded, at: .seconds(60), recording: .noted())
      let first = try await list(storage, limit: 2)
      try expect(numbers(first.elements), is: [.numbered(3), .numbered(2)])
      try expect(first.hasMore, is: true)
      let second = try await list(storage, after: 2, limit: 2)
      try expect(numbers(second.elements), is: [.numbered(1)])
      try expect(second.hasMore, is: false)
      let cases: [(DeadLetterFilter, [Int])] = [
        (DeadLetterFilter(status: nil), [4, 3, 2, 1]), (DeadLetterFilter(status: .discarded), [4]),
        (DeadLetterFilter(status: .redriven), []), (DeadLetterFilter(workflow: .numbered(2)), [3, 2]),
        (DeadLetterFilter(reason: .attemptsExhausted), [3, 1]),
        (DeadLetterFilter(workflow: .numbered(2), reason: .attemptsExhausted), [3]),
        (DeadLetterFilter(workflow: .numbered(1), status: nil), [4, 1]),
        (DeadLetterFilter(reason: .crashedRepeatedly), []),
      ]
      for (filter, expected) in cases {
        try expect(
          numbers(try await list(storage, filter).elements), is: expected.map { .numbered($0) }, "\(filter):")
      }
    },
    ConformanceCheck("letters can be listed with the oldest execution first") { storage in
      for number in 1...3 { try await bury(number, .cannotRun, on: storage) }
      func page(after last: ExecutionID?) async throws -> Page<DeadLetter> {
        try await storage.deadLetters.letters(
          matching: DeadLetterFilter(), in: .initial, page: PageRequest(after: last, isOldestFirst: true, limit: 2))
      }
      let first = try await page(after: nil)
      try expect(numbers(first.elements), is: [.numbered(1), .numbered(2)])
      try expect(first.hasMore, is: true)
      let second = try await page(after: .numbered(2))
      try expect(numbers(second.elements), is: [.numbered(3)])
      try expect(second.hasMore, is: false)
    },
    ConformanceCheck("a letter is settled once, with its record; then it stays as it is") { storage in
      try await bury(1, .attemptsExhausted, on: storage)
      var expected = letter(1, .attemptsExhausted)
      expected.status = .redriven
      expected.redrivenAs = .numbered(9)
      expected.settledAt = .seconds(60)
      guard
        case .updated(let settled) = try await storage.deadLetters.settle(
          .numbered(1), in: .initial, as: .redriven(as: .numbered(9)), at: .seconds(60), recording: .numbered(1))
      else { throw ConformanceFailure(description: "an open letter was not settled") }
      try expect(settled, is: expected)
      guard
        case .changed(let present) = try await storage.deadLetters.settle(
          .numbered(1), in: .initial, as: .discarded, at: .seconds(70), recording: .numbered(2))
      else { throw ConformanceFailure(description: "a settled letter was settled again") }
      try expect(present, is: expected)
      try expect(try await storage.deadLetters.letter(of: .numbered(1), in: .initial), is: expected)
      try await storage.expectAudited([1])
    },
    ConformanceCheck("of many who settle one letter at the same time, one does") { storage in
      try await bury(1, .attemptsExhausted, on: storage)
      let settled = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 1...8 {
          group.addTask {
            let outcome = try await storage.deadLetters.settle(
              .numbered(1), in: .initial, as: .redriven(as: .numbered(100 + number)), at: .seconds(60),
              recording: .numbered(number))
            if case .updated = outcome { return true }
            return false
          }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      try expect(settled, is: 1)
    },
    ConformanceCheck("a deleted execution takes its letter with it") { storage in
      try await bury(1, .attemptsExhausted, on: storage)
      _ = try await storage.executions.delete(.numbered(1), in: .initial, recording: .noted())
      try expect(try await storage.deadLetters.letter(of: .numbered(1), in: .initial), is: nil)
    },
  ]
}
