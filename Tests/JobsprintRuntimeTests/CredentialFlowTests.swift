import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@testable import JobsprintRuntime

/// Executions whose nodes use credentials.
@Suite(.timeLimit(.minutes(1))) struct CredentialFlowTests {
  private static let secret = "canary-5f1d9c"

  /// - Parameter id: nil where the document names none.
  private func sign(id: String?, name: String = "Signer") -> JSONObject {
    var reference: JSONObject = ["name": .string(name)]
    if let id { reference["id"] = .string(id) }
    return ["credentials": ["jwtAuth": .object(reference)], "parameters": ["claims": ["subject": "me"]]]
  }

  private func make(
    _ number: Int, in rig: Rig, name: String = "Signer", workspace: WorkspaceID = .initial, type: String = "jwtAuth"
  ) async throws -> CredentialID {
    let id = CredentialID.numbered(number)
    let secrets: JSONObject = ["secret": .string(Self.secret)]
    let credential = StoredCredential(
      id: id, workspace: workspace, name: name, type: type,
      secrets: try PlainCipher().seal(secrets, of: id, type: type, in: workspace), createdAt: .seconds(1),
      updatedAt: .seconds(1))
    _ = try await rig.credentials.create(credential, recording: .noted(in: workspace))
    return id
  }

  /// How an execution of a chain of these nodes ends.
  private func end(_ nodes: [JSONObject], in rig: Rig) async throws -> ExecutionRecord {
    let executor = rig.executor(.numbered(1))
    var record: ExecutionRecord?
    try await rig.run([executor]) {
      let chain = nodes.enumerated().map { ("JWT \($0)", "n8n-nodes-base.jwt", $1) }
      let workflow = try await rig.store(chain)
      record = try await rig.ended(try await rig.accept(workflow, by: executor))
    }
    return try #require(record)
  }

  private func uses(_ rig: Rig) async throws -> [String] {
    try await rig.audit.entries(
      matching: AuditFilter(action: .credentialUsed), in: .initial, page: PageRequest()
    ).elements.map(\.entry.subject)
  }

  @Test func aNodeGetsTheSecretsAndTheJournalDoesNot() async throws {
    let rig = Rig()
    let id = try await make(1, in: rig)
    let record = try await end([sign(id: "\(id)")], in: rig)
    #expect(record.state == .success)
    let journal = try await rig.executions.journal(of: record.id, in: .initial)
    let texts = journal.map { String(decoding: $0.payload, as: UTF8.self) }
    #expect(texts.contains { $0.contains("eyJ") })
    #expect(!texts.contains { $0.contains(Self.secret) })
    #expect(try await uses(rig) == ["\(id)"])
  }

  @Test func aUseIsOnRecordOnceForAnExecution() async throws {
    let rig = Rig()
    let (one, two) = (try await make(1, in: rig), try await make(2, in: rig, name: "Other"))
    let nodes = [sign(id: "\(one)"), sign(id: "\(two)"), sign(id: "\(one)")]
    #expect(try await end(nodes, in: rig).state == .success)
    #expect(try await uses(rig).sorted() == ["\(one)", "\(two)"])
  }

  @Test func aWorkflowFromElsewhereFindsItsCredentialByName() async throws {
    let rig = Rig()
    let id = try await make(1, in: rig)
    _ = try await make(2, in: rig, workspace: .numbered(7))
    _ = try await make(3, in: rig, type: "crypto")
    #expect(try await end([sign(id: "kDnfvqrCBJvtlX3o"), sign(id: nil)], in: rig).state == .success)
    #expect(try await uses(rig) == ["\(id)"])
  }

  @Test func aStoreThatIsAwayForAMomentIsAskedAgain() async throws {
    let rig = Rig()
    let id = try await make(1, in: rig)
    rig.credentials.readsAway = 3
    let time = Task {
      while !Task.isCancelled {
        rig.clock.advance(by: .milliseconds(100))
        await Task.yield()
      }
    }
    defer { time.cancel() }
    #expect(try await end([sign(id: "\(id)")], in: rig).state == .success)
    #expect(try await uses(rig) == ["\(id)"])
  }

  @Test func twoOfOneNameAreNotChosenFrom() async throws {
    let rig = Rig()
    _ = try await make(1, in: rig)
    _ = try await make(2, in: rig)
    try await expectFailure(rig, sign(id: nil), "There are several credentials 'Signer'")
  }

  @Test func anothersCredentialIsNone() async throws {
    let rig = Rig()
    let id = try await make(1, in: rig, workspace: .numbered(7))
    try await expectFailure(rig, sign(id: "\(id)"), "There is no credential \(id)")
  }

  @Test func aCredentialOfAnotherTypeIsNone() async throws {
    let rig = Rig()
    let id = try await make(1, in: rig, type: "crypto")
    try await expectFailure(rig, sign(id: "\(id)"), "There is no credential \(id)")
  }

  @Test func whatDoesNotOpenFailsTheNode() async throws {
    let rig = Rig()
    let id = CredentialID.numbered(1)
    _ = try await rig.credentials.create(.numbered(1), recording: .noted())
    try await expectFailure(rig, sign(id: "\(id)"), "It does not open.")
  }

  @Test func aNodeThatNamesNoneSaysWhatItNeeds() async throws {
    try await expectFailure(Rig(), [:], "needs a credential of the type 'JWT Auth'")
  }

  private func expectFailure(_ rig: Rig, _ node: JSONObject, _ message: String) async throws {
    let record = try await end([node], in: rig)
    #expect(record.state == .error)
    #expect(String(decoding: record.error ?? [], as: UTF8.self).contains(message))
    #expect(try await uses(rig) == [])
  }
}
