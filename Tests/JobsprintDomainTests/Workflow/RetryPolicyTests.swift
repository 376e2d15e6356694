import JobsprintDomain
import Testing

@Suite struct RetryPolicyTests {
  private func document(_ policy: JSONValue) -> JSONObject {
    ["nodes": [], "settings": ["retryPolicy": policy]]
  }

  private func policy(_ value: JSONValue) throws -> RetryPolicy? {
    try Workflow(document: document(value)).settings.retryPolicy
  }

  @Test func itIsReadFromTheSettings() throws {
    let value: JSONValue = [
      "attempts": 5, "backoffSeconds": 0.25, "factor": 3, "longestPauseSeconds": 60, "errors": ["NodeApiError", 429],
    ]
    #expect(
      try policy(value)
        == RetryPolicy(
          attempts: 5, firstPause: .milliseconds(250), factor: 3, longestPause: .seconds(60),
          errors: ["NodeApiError", "429"]))
    #expect(RetryPolicy.issues(in: document(value)) == [])
  }

  @Test func whatIsAbsentHasItsDefault() throws {
    #expect(try policy([:]) == RetryPolicy())
    for none: JSONValue in [nil, 3, "3", [1]] { #expect(try policy(none) == nil) }
    #expect(try Workflow(document: ["nodes": []]).settings.retryPolicy == nil)
  }

  @Test(
    arguments: [
      (["attempts": 0], "/attempts"), (["attempts": 21], "/attempts"), (["attempts": 2.5], "/attempts"),
      (["attempts": "3"], "/attempts"), (["backoffSeconds": -1], "/backoffSeconds"),
      (["backoffSeconds": .double(1e300)], "/backoffSeconds"), (["factor": 0.5], "/factor"),
      (["longestPauseSeconds": 86_401], "/longestPauseSeconds"), (["errors": "E"], "/errors"),
      (["errors": ["E", nil]], "/errors/1"), (["errors": []], "/errors"), (["attempt": 3], "/attempt"), (7, ""),
    ] as [(JSONValue, String)])
  func whatCantBeMeantIsToldAndDoesNoHarm(value: JSONValue, pointer: String) throws {
    let issues = RetryPolicy.issues(in: document(value))
    #expect(issues.map(\.pointer) == ["/settings/retryPolicy" + pointer])
    #expect(issues.allSatisfy { $0.code == .retryPolicyDoubtful && !$0.code.blocksExecution })
    if let policy = try policy(value) {
      #expect((1...20).contains(policy.attempts))
      #expect(policy.pause(after: 20, draw: 1) <= .seconds(86_400))
    }
  }

  @Test func pausesGrowUpToTheLongestAndAreDrawnFromZeroOn() {
    let policy = RetryPolicy(attempts: 20, firstPause: .seconds(2), factor: 3, longestPause: .seconds(20))
    #expect((1...5).map { policy.pause(after: $0, draw: 1) } == [2, 6, 18, 20, 20].map { .seconds($0) })
    #expect(policy.pause(after: 2, draw: 0.5) == .seconds(3))
    #expect(policy.pause(after: 2, draw: 0) == .zero)
    #expect(policy.pause(after: 2, draw: 7) == .seconds(6))
    #expect(RetryPolicy(firstPause: .seconds(9), longestPause: .seconds(4)).pause(after: 1, draw: 1) == .seconds(4))
  }

  @Test func errorsAreKnownByNameOrCode() {
    let policy = RetryPolicy(errors: ["NodeApiError", "429", "ECONNRESET"])
    #expect(policy.covers(NodeError("no", name: "NodeApiError")))
    #expect(policy.covers(NodeError("no", name: "Other", context: ["httpCode": "429"])))
    #expect(policy.covers(NodeError("no", name: "Other", context: ["httpCode": 429])))
    #expect(policy.covers(NodeError("no", name: "Other", context: ["code": "ECONNRESET"])))
    #expect(!policy.covers(NodeError("NodeApiError", name: "Other", context: ["code": "429 "])))
    #expect(RetryPolicy().covers(NodeError("no")))
    #expect(!RetryPolicy(errors: []).covers(NodeError("no")))
  }

  @Test func aSuspensionIsReadAsItWasWritten() {
    let all = [
      Suspension(until: Timestamp(milliseconds: 5)),
      Suspension(until: Timestamp(milliseconds: -5), failures: 2, firstTry: 4),
      Suspension(
        until: Timestamp(milliseconds: 5), failures: 1, firstTry: 2,
        error: NodeError("no", name: "E", description: "why", item: 3, context: ["code": "x"])),
    ]
    for suspension in all { #expect(Suspension(suspension.bytes) == suspension) }
    #expect(all[0].bytes == Array("5".utf8))
    for nonsense in ["", "x", "{}", #"{"until":5}"#, "[1]"] { #expect(Suspension(Array(nonsense.utf8)) == nil) }
  }
}
