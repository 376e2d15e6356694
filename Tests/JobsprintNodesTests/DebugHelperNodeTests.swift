import JobsprintDomain
import Testing

struct DebugHelperNodeTests {
  private func random(_ kind: String, _ more: String = "") -> String {
    #"{"category": "randomData", "randomDataType": "\#(kind)", "randomDataSeed": "s", "randomDataCount": 3\#(more)}"#
  }

  @Test func throwsErrorsOfItsKinds() async throws {
    #expect(try await NodeTrial("debugHelper", "{}", "[{}]").failure().name == "NodeApiError")
    let error = try await NodeTrial(
      "debugHelper", #"{"throwErrorType": "NodeOperationError", "throwErrorMessage": "no"}"#, "[{}]"
    ).failure()
    #expect(error.message == "no")
    #expect(error.name == "NodeOperationError")
    let going = try NodeTrial("debugHelper", "{}", onError: .continueErrorOutput, "[{}]")
    #expect(try await going.data() == [["error": "Node has thrown an error"]])
  }

  @Test(arguments: [
    "address", "latLong", "creditCard", "email", "ipv4", "ipv6", "macAddress", "nanoid", "url", "user", "uuid",
    "semver",
  ])
  func theSameSeedMakesTheSameData(kind: String) async throws {
    let made = try await data("debugHelper", random(kind), "[{}]")
    #expect(made.count == 3)
    #expect(made.allSatisfy { $0.objectValue?.isEmpty == false })
    #expect(try await data("debugHelper", random(kind), "[{}]") == made)
  }

  @Test func nanoIdsHaveTheirAlphabetAndLength() async throws {
    let made = try await data("debugHelper", random("nanoid", #", "nanoidAlphabet": "ab", "nanoidLength": 5"#), "[{}]")
    let id = try #require(made.first?["nanoId"]?.stringValue)
    #expect(id.count == 5)
    #expect(id.allSatisfy { "ab".contains($0) })
  }

  @Test func putsAllIntoOneItem() async throws {
    let made = try await data("debugHelper", random("user", #", "randomDataSingleArray": true"#), "[{}]")
    #expect(made.first?["generatedItems"]?.arrayValue?.count == 3)
  }

  @Test func doesNothing() async throws {
    #expect(try await data("debugHelper", #"{"category": "doNothing"}"#, #"[{"a": 1}]"#) == [["a": 1]])
  }

  @Test func refusesToUseUpTheMemory() async throws {
    #expect(try await failure("debugHelper", #"{"category": "oom"}"#, "[{}]").contains("refused"))
    #expect(
      try await failure("debugHelper", #"{"category": "randomData", "randomDataCount": 1e12}"#, "[{}]")
        .contains("100000"))
  }
}
