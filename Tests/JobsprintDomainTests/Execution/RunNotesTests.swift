import JobsprintDomain
import Testing

/// Custom data, and how it is kept with a run.
struct RunNotesTests {
  private let notes = RunNotes(customData: CustomData(["a": "1", "b": "é\"}}}"]))

  @Test(arguments: ["a", "A_9", "__proto__", String(repeating: "k", count: 50)])
  func isAKey(_ text: String) { #expect(CustomData.isKey(text)) }

  @Test(arguments: ["", "a b", "a.b", "é", String(repeating: "k", count: 51)])
  func isNoKey(_ text: String) { #expect(!CustomData.isKey(text)) }

  @Test func aTextIsCut() {
    var data = CustomData()
    data.set(String(repeating: "😀", count: 600), for: "a")
    #expect(data.texts == ["a": .string(String(repeating: "😀", count: 512))])
  }

  @Test func theEleventhKeyIsLeftOutAndKnownOnesChange() {
    var data = CustomData(JSONObject((0..<12).map { ("k\($0)", "1") }))
    #expect(Array(data.texts.keys) == (0..<10).map { "k\($0)" })
    data.set("2", for: "k9")
    #expect(data.texts["k9"] == "2")
  }

  @Test func whatIsNoTextIsLeftOut() {
    #expect(CustomData(["a": 1, "b": "2", "c d": "3", "e": ["f": "g"]]).texts == ["b": "2"])
  }

  @Test func aRunKeepsThem() throws {
    let run = NodeRun(node: "A", run: 0, startedAt: Timestamp(milliseconds: 5), notes: notes)
    #expect(try NodeRun(node: "A", run: 0, payload: run.jsonBytes) == run)
    #expect(entry(.finished, run.jsonBytes).customData == notes.customData)
  }

  @Test(arguments: [nil, NodeError("no", context: ["a": "b"])])
  func aSuspensionKeepsThem(error: NodeError?) {
    let suspension = Suspension(
      until: Timestamp(milliseconds: 5), failures: error == nil ? 0 : 2, firstTry: 3, error: error, notes: notes)
    #expect(Suspension(suspension.bytes) == suspension)
    #expect(entry(.suspended, suspension.bytes).customData == notes.customData)
  }

  @Test(arguments: [
    NodeRun(node: "A", run: 0, startedAt: Timestamp(milliseconds: 5), error: NodeError("no", context: ["a": "b"])),
    NodeRun(
      node: "A", run: 0, startedAt: Timestamp(milliseconds: 5),
      outputs: [[Item(json: ["metadata": ["customData": ["a": "b"]]])]], state: ["customData": ["x": ["a": "b"]]]),
  ])
  func nothingElseIsTakenForThem(run: NodeRun) throws {
    #expect(entry(.finished, run.jsonBytes).customData == nil)
    #expect(try NodeRun(node: "A", run: 0, payload: run.jsonBytes) == run)
  }

  private func entry(_ kind: JournalEntry.Kind, _ payload: [UInt8]) -> JournalEntry {
    JournalEntry(
      position: 0, kind: kind, node: "A", run: 0, attempt: 1, term: 1, recordedAt: Timestamp(milliseconds: 5),
      payload: payload)
  }
}
