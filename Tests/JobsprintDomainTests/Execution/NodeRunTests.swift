import JobsprintDomain
import Testing

@Suite struct NodeRunTests {
  private let time = Timestamp(milliseconds: 1_800_000_000_123)

  private func readBack(_ run: NodeRun) throws -> NodeRun {
    try NodeRun(node: run.node, run: run.run, payload: run.jsonBytes)
  }

  @Test func whatIsJournaledReadsBack() throws {
    let runs = [
      NodeRun(node: "A", run: 0, startedAt: time),
      NodeRun(node: "A", run: 3, startedAt: time, duration: .milliseconds(1234), sources: [nil], outputs: [[], []]),
      NodeRun(
        node: "A", run: 0, startedAt: time,
        sources: [RunSource(node: "B"), nil, RunSource(node: "C", output: 2, run: 1)],
        outputs: [[Item(json: ["a": 1], pairedItem: PairedItem(item: 0))], [], [Item(json: [:], error: "no")]]),
      NodeRun(node: "A", run: 0, startedAt: time, error: NodeError("no")),
      NodeRun(node: "A", run: 0, startedAt: time, outputs: [[Item(json: ["kept": true])]], error: NodeError("no")),
      NodeRun(node: "A", run: 0, startedAt: time, outputs: [[]], state: ["currentRunIndex": 2, "items": [[:]]]),
      NodeRun(node: "A", run: 0, startedAt: Timestamp(milliseconds: -5), duration: .zero),
    ]
    for run in runs { #expect(try readBack(run) == run) }
  }

  @Test func hasN8nsShape() {
    let run = NodeRun(
      node: "A", run: 0, startedAt: Timestamp(milliseconds: 5), duration: .milliseconds(7),
      sources: [RunSource(node: "B", output: 1), nil], outputs: [[Item(json: [:]), Item(json: [:])], []],
      error: NodeError("no"), state: ["n": 1])
    #expect(
      String(decoding: run.jsonBytes, as: UTF8.self)
        == #"{"startTime":5,"executionTime":7,"executionStatus":"error","source":[{"previousNode":"B","#
        + #""previousNodeOutput":1},null],"data":{"main":[[{"json":{}},{"json":{}}],[]]},"#
        + #""error":{"name":"NodeOperationError","message":"no"},"metadata":{"state":{"n":1}}}"#)
  }

  @Test func isValidJSONWhateverItHolds() throws {
    var random = RandomJSON(seed: 21)
    for number in 0..<500 {
      let items = (0..<number % 4).map { place in
        Item(json: random.object(), pairedItem: PairedItem(item: place), error: place == 2 ? random.value() : nil)
      }
      let run = NodeRun(
        node: "A", run: 0, startedAt: time, outputs: [items, []],
        error: number % 5 == 0 ? NodeError("\"\n", context: random.object()) : nil, state: random.object())
      let again = try readBack(run)
      try #require(again.outputs == run.outputs && again.state == run.state)
      try #require(again.jsonBytes == run.jsonBytes)
    }
  }

  @Test func itemsAsDeepAsTheParserAllowsReadBack() throws {
    let run = NodeRun(node: "A", run: 0, startedAt: time, outputs: [[Item(json: nested(JSONValue.depthLimit))]])
    #expect(try readBack(run) == run)
  }

  @Test func depthIsCountedFromTheItemsOwnObject() {
    #expect(!nested(JSONValue.depthLimit).isDeeper(than: JSONValue.depthLimit))
    #expect(nested(JSONValue.depthLimit + 1).isDeeper(than: JSONValue.depthLimit))
    let arrays: JSONObject = ["a": [[[]]]]
    #expect(!arrays.isDeeper(than: 4) && arrays.isDeeper(than: 3))
  }

  private func nested(_ depth: Int) -> JSONObject {
    var object: JSONObject = [:]
    for _ in 1..<depth { object = ["a": .object(object)] }
    return object
  }

  @Test func whatCodeWroteIsInTheRecord() throws {
    let run = NodeRun(
      node: "A", run: 0, startedAt: Timestamp(milliseconds: 1), state: ["n": 1],
      console: [ConsoleLine(.log, "a\nb"), ConsoleLine(.error, "")])
    let metadata = try JSONValue(parsing: run.jsonBytes)["metadata"]
    #expect(
      metadata == [
        "state": ["n": 1], "console": [["level": "log", "text": "a\nb"], ["level": "error", "text": ""]],
      ])
    #expect(try NodeRun(node: "A", run: 0, payload: run.jsonBytes) == run)
  }

  @Test func damagedRecordsAreRefused() {
    for text in ["", "{", #"{"startTime":1"#] {
      #expect(throws: JSONError.self) { try NodeRun(node: "A", run: 0, payload: Array(text.utf8)) }
    }
  }

  @Test func whatARecordLeavesOutHasADefault() throws {
    let run = try NodeRun(node: "A", run: 0, payload: Array("{}".utf8))
    #expect(run == NodeRun(node: "A", run: 0, startedAt: Timestamp(milliseconds: 0)))
  }

  @Test func aSourceLeavesZerosOut() {
    #expect(RunSource(node: "A").asJSON == ["previousNode": "A"])
    #expect(RunSource(["previousNode": "A", "previousNodeRun": 2]) == RunSource(node: "A", run: 2))
    #expect(RunSource([:]) == nil)
    #expect(RunSource(nil) == nil)
  }
}
