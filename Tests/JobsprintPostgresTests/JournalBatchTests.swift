import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintPostgres

struct JournalBatchTests {
  @Test func acceptsWithTheirSuccessAreOneWriteEach() throws {
    let writes = (1...50).flatMap { number in
      [JournalWrite.accept(.numbered(number, claimedBy: .numbered(1))), .append(number, [], .success())]
    }
    let batch = try JournalBatch(writes + [.append(50, [], .success())])
    #expect(batch.rounds.map(\.whole.count) == [50, 0])
    #expect(batch.rounds.map(\.accepts.count) == [0, 0])
    #expect(batch.rounds.map { $0.finishes.map(\.place) } == [[], [100]])
  }

  @Test func acceptsWithOtherEndsTakeTwoRounds() throws {
    let ends: [ExecutionTransition] = [
      .finish(.error, error: [], lastNode: nil, at: .seconds(1)),
      .finish(.success, error: nil, lastNode: nil, at: .seconds(1), deadLetter: .cannotRun),
    ]
    for end in ends {
      let batch = try JournalBatch([.accept(.numbered(1, claimedBy: .numbered(1))), .append(1, [], end)])
      #expect(batch.rounds.map(\.accepts.count) == [1, 0])
      #expect(batch.rounds.map { $0.finishes.count + $0.failures.count } == [0, 1])
    }
  }

  /// Each behind the one before it of its execution or its key, however they are mixed.
  @Test func whatHasToDoWithEachOtherKeepsItsOrder() throws {
    let key = IdempotencyRecord.of("key")
    let batch = try JournalBatch([
      .accept(.numbered(1, claimedBy: .numbered(1), idempotency: key)), .append(1, [], .none),
      .append(1, [], .success()),
      .accept(.numbered(2, idempotency: key)), .cancel(2), .cancel(3),
    ])
    #expect(batch.rounds.map { $0.keyed.map(\.place) } == [[0], [3], []])
    #expect(batch.rounds.map { $0.continues.map(\.place) } == [[], [1], []])
    #expect(batch.rounds.map { $0.finishes.map(\.place) } == [[], [], [2]])
    #expect(batch.rounds.map { $0.cancels.map(\.place) } == [[5], [], [4]])
  }
}
