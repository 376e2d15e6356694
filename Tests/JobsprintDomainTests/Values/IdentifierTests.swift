import JobsprintDomain
import Testing

@Suite struct IdentifierTests {
  private let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

  @Test func readsAndWritesItsUUID() {
    #expect(WorkflowID(text)?.description == text)
    #expect(WorkflowID(text.uppercased())?.description == text)
    #expect(WorkflowID("wf_1") == nil)
  }

  @Test func ordersLikeItsUUID() throws {
    let older = try #require(ExecutionID(text))
    let newer = try #require(ExecutionID("017f22e2-79b1-7000-8000-000000000000"))
    #expect(older < newer)
    #expect(!(newer < older))
    #expect(Set([older, newer, ExecutionID(older.uuid)]).count == 2)
  }

  @Test func theFirstWorkspaceHasAnIdThatNeverChanges() {
    #expect(WorkspaceID.initial.description == "00000000-0000-7000-8000-000000000001")
  }
}
