import JobsprintDomain
import Testing

@Suite struct WorkflowSettingsTests {
  private func settings(_ members: JSONObject) throws -> WorkflowSettings {
    try Workflow(document: ["nodes": [], "settings": .object(members)]).settings
  }

  @Test func onlyV1IsV1() throws {
    #expect(try settings(["executionOrder": "v1"]).executionOrder == .v1)
    for value: JSONValue in ["v0", "V1", "", 1, nil] {
      #expect(try settings(["executionOrder": value]).executionOrder == .v0)
    }
  }

  @Test func theTimeoutIsInSecondsAndMinusOneIsNone() throws {
    #expect(try settings(["executionTimeout": 90]).executionTimeout == .seconds(90))
    #expect(try settings(["executionTimeout": 0.5]).executionTimeout == .milliseconds(500))
    for value: JSONValue in [-1, 0, "90", nil] {
      #expect(try settings(["executionTimeout": value]).executionTimeout == nil)
    }
  }

  @Test func aLimitOfExecutionsIsAWholeNumberFromOne() throws {
    #expect(try settings(["maxConcurrency": 3]).maxConcurrency == 3)
    for value in [0, -1, 2.5, "3", .null] as [JSONValue] {
      #expect(try settings(["maxConcurrency": value]).maxConcurrency == nil)
    }
  }

  @Test func aWorkerTagIsAShortNameOrRefused() throws {
    #expect(try settings(["workerTag": "gpu-2"]).workerTag == WorkerTag("gpu-2"))
    for value in [nil, .null] as [JSONValue?] {
      var members: JSONObject = [:]
      members["workerTag"] = value
      #expect(try settings(members).workerTag == nil)
      #expect(WorkflowSettings.refusal(of: ["settings": .object(members)]) == nil)
    }
    let long = String(repeating: "a", count: 33)
    for value in ["", "GPU", "-a", "a b", "a.b", "é", "untagged", .string(long), 1, [], "a\u{0}"] as [JSONValue] {
      #expect(try settings(["workerTag": value]).workerTag == nil)
      #expect(WorkflowSettings.refusal(of: ["settings": ["workerTag": value]])?.pointer == "/settings/workerTag")
    }
    #expect(WorkflowSettings.refusal(of: ["settings": 1]) == nil && WorkflowSettings.refusal(of: [:]) == nil)
  }

  @Test func theDefaultTimezoneIsTheInstallations() throws {
    #expect(try settings(["timezone": "Europe/Berlin"]).timezone == "Europe/Berlin")
    #expect(try settings(["timezone": "DEFAULT"]).timezone == nil)
    #expect(try settings([:]).timezone == nil)
  }

  @Test func aTimeoutBeyondAllTimeIsNoCrash() async {
    await #expect(processExitsWith: .success) {
      let document: JSONObject = ["nodes": [], "settings": ["executionTimeout": .double(1e300)]]
      _ = try Workflow(document: document)
    }
  }

  @Test func aTimeoutThatReachesBeyondTheLastTimestampIsTheLast() async {
    await #expect(processExitsWith: .success) {
      let document: JSONObject = ["nodes": [], "settings": ["executionTimeout": .double(1e19)]]
      let timeout = try Workflow(document: document).settings.executionTimeout
      guard Timestamp(milliseconds: 0) + (timeout ?? .zero) > Timestamp(milliseconds: 0) else {
        throw CancellationError()
      }
    }
  }
}
