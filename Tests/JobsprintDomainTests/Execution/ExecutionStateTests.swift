import JobsprintDomain
import Testing

@Suite struct ExecutionStateTests {
  @Test func fourStatesAreTheEnd() {
    #expect(ExecutionState.allCases.filter(\.isTerminal) == [.success, .error, .canceled, .crashed])
    #expect(ExecutionState.allCases.filter { !$0.isTerminal } == [.new, .running, .waiting])
  }

  @Test func namesAreN8ns() {
    #expect(
      ExecutionState.allCases.map(\.rawValue) == [
        "new", "running", "waiting", "success", "error", "canceled", "crashed",
      ])
    #expect(ExecutionMode(rawValue: "webhook") == .webhook)
    #expect(Lane.allCases.map(\.rawValue) == ["high", "normal", "low"])
    #expect(JournalEntry.Kind(rawValue: "suspended") == .suspended)
  }
}
