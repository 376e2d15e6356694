import JobsprintDomain
import Testing

struct StopAndErrorNodeTests {
  @Test func failsWithItsMessage() async throws {
    #expect(try await failure("stopAndError", #"{"errorMessage": "={{ $json.m }}!"}"#, #"[{"m": "no"}]"#) == "no!")
  }

  @Test func failsWithItsObject() async throws {
    let error = try await NodeTrial(
      "stopAndError", #"{"errorType": "errorObject", "errorObject": "{\"message\": \"no\", \"code\": 5}"}"#, "[{}]"
    ).failure()
    #expect(error.message == "no")
    #expect(error.context["errorObject"]?["code"] == 5)
    #expect(
      try await failure("stopAndError", #"{"errorType": "errorObject", "errorObject": "{"}"#, "[{}]")
        .contains("no JSON"))
  }
}
