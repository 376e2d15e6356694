import JobsprintDomain
import Testing

struct SplitInBatchesNodeTests {
  @Test func handsOutTheFirstBatchAndRemembersWhereItIs() async throws {
    let trial = try NodeTrial("splitInBatches", version: 3, #"{"batchSize": 2}"#, #"[{"n": 1}, {"n": 2}, {"n": 3}]"#)
    let state = try await trial.state()
    #expect(try await trial.allData() == [[], [["n": 1], ["n": 2]]])
    #expect(state?["noItemsLeft"] == false)
    #expect(state?["maxRunIndex"] == 2)
  }

  @Test func isDoneWhereNothingComesIn() async throws {
    let trial = try NodeTrial("splitInBatches", version: 3, "{}", "[]")
    #expect(try await trial.outputs().map(\.count) == [0, 0])
  }

  @Test func version1EndsItsBranch() async throws {
    #expect(try await NodeTrial("splitInBatches", "{}", "[]").outputs().isEmpty)
  }

  @Test func refusesABatchOfNothing() async throws {
    #expect(try await failure("splitInBatches", #"{"batchSize": 0}"#, "[{}]").contains("must be 1 or more"))
  }
}
