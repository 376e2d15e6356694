import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

struct WaitNodeTests {
  private func moment(version: Double = 1.1, _ parameters: String) async throws -> Timestamp? {
    guard case .wait(let until) = try await NodeTrial("wait", version: version, parameters, "[{}]").result() else {
      return nil
    }
    return until
  }

  @Test func waitsForAnInterval() async throws {
    #expect(try await moment("{}") == .seconds(5))
    #expect(try await moment(version: 1, "{}") == .seconds(3600))
    #expect(try await moment(#"{"amount": 1.5, "unit": "minutes"}"#) == .seconds(90))
  }

  @Test func waitsForAMoment() async throws {
    #expect(
      try await moment(#"{"resume": "specificTime", "dateTime": "1970-01-02T00:00:00Z"}"#)
        == Timestamp(milliseconds: 86_400_000))
  }

  @Test func handsItsItemsOnWhenTheTimeHasCome() async throws {
    var trial = try NodeTrial("wait", "{}", #"[{"a": 1}]"#)
    trial.isResumed = true
    #expect(try await trial.data() == [["a": 1]])
  }

  @Test func refusesTimesThatMakeNoSense() async throws {
    #expect(try await failure("wait", #"{"amount": -1}"#, "[{}]").contains("0 or greater"))
    #expect(try await failure("wait", #"{"amount": 1e300, "unit": "days"}"#, "[{}]").contains("Invalid wait amount"))
    #expect(try await failure("wait", #"{"unit": "years"}"#, "[{}]").contains("'years'"))
    #expect(try await failure("wait", #"{"resume": "specificTime", "dateTime": "soon"}"#, "[{}]").contains("soon"))
    #expect(try await failure("wait", #"{"resume": "webhook"}"#, "[{}]").contains("not supported"))
  }
}
