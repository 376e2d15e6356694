import JobsprintDomain
import Testing

@Suite struct WorkflowDocumentTests {
  private func workflow(_ text: String) throws -> Workflow {
    try Workflow(document: #require(try JSONValue(parsing: text).objectValue))
  }

  private func node(_ members: String) throws -> Node {
    try #require(
      try workflow(#"{"nodes":[{"name":"A","type":"t"\#(members.isEmpty ? "" : ",")\#(members)}]}"#).nodes.first)
  }

  // MARK: What n8n leaves out

  @Test func anEmptyListOfNodesIsAWorkflow() throws {
    let workflow = try workflow(#"{"nodes":[]}"#)
    #expect(workflow == Workflow(name: "", nodes: [], connections: Connections()))
    #expect(workflow.settings.executionOrder == .v0)
  }

  @Test func nullCountsAsLeftOut() throws {
    let text = #"{"name":null,"nodes":[],"connections":null,"settings":null,"pinData":null}"#
    #expect(try workflow(text) == workflow(#"{"nodes":[]}"#))
  }

  @Test func aNodeNeedsNoMoreThanNameAndType() throws {
    #expect(try node("") == Node(name: "A", type: "t"))
    #expect(
      try node(#""parameters":null,"position":null,"onError":null,"disabled":null"#) == Node(name: "A", type: "t"))
    #expect(try node(#""parameters":[]"#) == Node(name: "A", type: "t"))
    #expect(try node(#""position":["a",true]"#).position == Node.Position(x: 0, y: 0))
    #expect(try node(#""position":[-20.5,300]"#).position == Node.Position(x: -20.5, y: 300))
  }

  @Test func aTypeVersionOfNullCountsAsLeftOut() throws {
    #expect(try node(#""typeVersion":null"#).typeVersion == 1)
  }

  @Test func namesMayBeEmptyOrOdd() throws {
    let workflow = try workflow(
      #"{"nodes":[{"name":"","type":"t"},{"name":"a\u0000/~\"","type":"t"},{"name":"__proto__","type":"t"}]}"#)
    #expect(workflow.nodes.map(\.name) == ["", "a\0/~\"", "__proto__"])
  }

  @Test func unknownFieldsAreNobodysBusiness() throws {
    let text = #"{"nodes":[{"name":"A","type":"t","x":[1]}],"meta":{"a":1},"versionId":7,"tags":"x","active":"y"}"#
    #expect(try workflow(text) == workflow(#"{"nodes":[{"name":"A","type":"t"}]}"#))
  }

  @Test func ofNodesWithOneNameTheLastCounts() throws {
    let workflow = try workflow(#"{"nodes":[{"name":"A","type":"one"},{"name":"A","type":"two"}]}"#)
    #expect(workflow.nodes.count == 2)
    #expect(workflow.node(named: "A")?.type == "two")
    #expect(workflow.node(named: "B") == nil)
  }

  // MARK: Settings of a node

  @Test func switchesCountOnlyWhenTheyAreTrue() throws {
    let on = try node(#""disabled":true,"executeOnce":true,"alwaysOutputData":true,"retryOnFail":true"#)
    #expect(on.isDisabled && on.executeOnce && on.alwaysOutputData && on.retry != nil)
    let off = try node(#""disabled":"true","executeOnce":1,"alwaysOutputData":false,"retryOnFail":null"#)
    #expect(!off.isDisabled && !off.executeOnce && !off.alwaysOutputData && off.retry == nil)
  }

  @Test(arguments: [
    ("", OnError.stopWorkflow), (#""onError":"stopWorkflow""#, .stopWorkflow),
    (#""onError":"continueRegularOutput""#, .continueRegularOutput),
    (#""onError":"continueErrorOutput""#, .continueErrorOutput), (#""onError":"somethingNew""#, .stopWorkflow),
    (#""continueOnFail":true"#, .continueRegularOutput), (#""continueOnFail":"true""#, .stopWorkflow),
    (#""onError":"continueErrorOutput","continueOnFail":true"#, .continueErrorOutput),
    (#""onError":"stopWorkflow","continueOnFail":true"#, .stopWorkflow),
  ])
  func whatAnErrorDoesIsReadFromBothGenerationsOfTheSetting(members: String, expected: OnError) throws {
    #expect(try node(members).onError == expected)
  }

  @Test(arguments: [
    ("", 3, 1000), (#","maxTries":2"#, 2, 1000), (#","maxTries":0"#, 2, 1000), (#","maxTries":-3"#, 2, 1000),
    (#","maxTries":99"#, 5, 1000), (#","maxTries":9223372036854775807"#, 5, 1000), (#","maxTries":"4""#, 3, 1000),
    (#","waitBetweenTries":0"#, 3, 1000), (#","waitBetweenTries":250"#, 3, 250),
    (#","waitBetweenTries":60000"#, 3, 5000),
    (#","waitBetweenTries":-1"#, 3, 0), (#","waitBetweenTries":1e300"#, 3, 1000),
  ])
  func retriesAreHeldWithinN8nsLimits(members: String, tries: Int, wait: Int) throws {
    let retry = try #require(try node(#""retryOnFail":true\#(members)"#).retry)
    #expect(retry.maxTries == tries)
    #expect(retry.waitBetweenTries == .milliseconds(wait))
  }

  @Test func whatToDoWhenUncertainIsRepeatUnlessItSaysStop() throws {
    #expect(try node("").whenUncertain == .repeat)
    #expect(try node(#""whenUncertain":"stop""#).whenUncertain == .stop)
    #expect(try node(#""whenUncertain":"other""#).whenUncertain == .repeat)
  }

  // MARK: Connections

  @Test func nullsInConnectionsAreEmptySlots() throws {
    let text = #"{"nodes":[],"connections":{"A":{"main":[null,[null,{"node":"B","type":"main","index":1}],[]]}}}"#
    #expect(try workflow(text).connections.main == ["A": [[], [Connection(node: "B", index: 1)]]])
  }

  @Test func kindAndIndexOfATargetHaveDefaults() throws {
    let text = #"{"nodes":[],"connections":{"A":{"main":[[{"node":"B"},{"node":"C","type":null,"index":null}]]}}}"#
    #expect(try workflow(text).connections.main == ["A": [[Connection(node: "B"), Connection(node: "C")]]])
  }

  @Test func attachmentsAreKeptApartFromTheFlow() throws {
    let text =
      #"{"nodes":[],"connections":{"Model":{"ai_languageModel":[[{"node":"Agent","type":"ai_languageModel","index":0}]]}}}"#
    let connections = try workflow(text).connections
    #expect(connections.main.isEmpty)
    #expect(
      connections.attachments["Model"]?["ai_languageModel"] == [[Connection(node: "Agent", type: "ai_languageModel")]])
  }

  // MARK: Pinned data

  @Test func pinnedItemsMayLackTheJSONWrapper() throws {
    let items = try workflow(
      #"{"nodes":[],"pinData":{"A":[{"json":{"a":1},"pairedItem":0},{"a":2},{"json":"text"},{}],"B":[]}}"#
    ).pinData
    #expect(
      items["A"] == [
        Item(json: ["a": 1], pairedItem: PairedItem(item: 0)), Item(json: ["a": 2]), Item(json: ["json": "text"]),
        Item(json: [:]),
      ])
    #expect(items["B"] == [])
  }

  // MARK: What is refused, and where

  @Test(arguments: [
    (#"{}"#, "/nodes", "missing: an array of nodes is expected"),
    (#"{"nodes":null}"#, "/nodes", "expected an array of nodes, found null"),
    (#"{"nodes":{}}"#, "/nodes", "expected an array of nodes, found object"),
    (#"{"nodes":["x"]}"#, "/nodes/0", "expected an object, found string"),
    (#"{"nodes":[{"name":"A","type":"t"},{"type":"t"}]}"#, "/nodes/1/name", "missing: a node needs a name"),
    (#"{"nodes":[{"name":7,"type":"t"}]}"#, "/nodes/0/name", "expected a string, found number"),
    (#"{"nodes":[{"name":"A"}]}"#, "/nodes/0/type", "missing: a node needs a type"),
    (
      #"{"nodes":[{"name":"A","type":"t","typeVersion":"2"}]}"#, "/nodes/0/typeVersion",
      "expected a number, found string"
    ),
    (
      #"{"nodes":[{"name":"A","type":"t","parameters":[1]}]}"#, "/nodes/0/parameters", "expected an object, found array"
    ),
    (#"{"name":true,"nodes":[]}"#, "/name", "expected a string, found boolean"),
    (#"{"nodes":[],"settings":[]}"#, "/settings", "expected an object, found array"),
    (#"{"nodes":[],"connections":[]}"#, "/connections", "expected an object, found array"),
    (#"{"nodes":[],"connections":{"a/b~c":1}}"#, "/connections/a~1b~0c", "expected an object, found number"),
    (
      #"{"nodes":[],"connections":{"A":{"main":{}}}}"#, "/connections/A/main",
      "expected an array of outputs, found object"
    ),
    (
      #"{"nodes":[],"connections":{"A":{"main":[[],1]}}}"#, "/connections/A/main/1",
      "expected an array of connections or null, found number"
    ),
    (
      #"{"nodes":[],"connections":{"A":{"main":[[{"node":"B"},"C"]]}}}"#, "/connections/A/main/0/1",
      "expected an object, found string"
    ),
    (
      #"{"nodes":[],"connections":{"A":{"main":[[{"index":0}]]}}}"#, "/connections/A/main/0/0/node",
      "missing: the target's name is expected"
    ),
    (
      #"{"nodes":[],"connections":{"A":{"main":[[{"node":"B","index":64}]]}}}"#, "/connections/A/main/0/0/index",
      "expected a whole number from 0 to 63"
    ),
    (
      #"{"nodes":[],"connections":{"A":{"main":[[{"node":"B","index":-1}]]}}}"#, "/connections/A/main/0/0/index",
      "expected a whole number from 0 to 63"
    ),
    (#"{"nodes":[],"pinData":[]}"#, "/pinData", "expected an object, found array"),
    (#"{"nodes":[],"pinData":{"A":{}}}"#, "/pinData/A", "expected an array of items, found object"),
    (#"{"nodes":[],"pinData":{"A":[{},1]}}"#, "/pinData/A/1", "expected an object, found number"),
  ])
  func whatHasTheWrongShapeIsRefusedWithItsPointer(text: String, pointer: String, message: String) {
    let issue = #expect(throws: WorkflowIssue.self) { try workflow(text) }
    #expect(issue == WorkflowIssue(code: .malformed, pointer: pointer, message: message))
  }

  @Test func pointerTokensAreEscapedAsRFC6901Says() {
    #expect("plain".asPointerToken == "plain")
    #expect("a/b".asPointerToken == "a~1b")
    #expect("~1".asPointerToken == "~01")
    #expect("é\r\n/".asPointerToken == "é\r\n~1")
    #expect("".asPointerToken == "")
  }

  static let doubtfulSettings: [(name: String, value: JSONValue, expected: String)] = [
    ("executionTimeout", "soon", "found \"soon\"; there is no time limit"), ("executionTimeout", [:], "found object"),
    ("timezone", 2, "found 2; it counts as absent"),
    ("timezone", "Berlin", "found \"Berlin\"; expressions count in UTC"), ("executionOrder", true, "v0 counts"),
    ("maxConcurrency", 1.5, "there is no limit"),
  ]

  @Test(arguments: doubtfulSettings)
  func aSettingThatCantBeMeantIsToldOf(name: String, value: JSONValue, expected: String) throws {
    let issues = WorkflowSettings.issues(in: ["settings": .object([name: value])]) { $0.contains("/") }
    #expect(issues.map(\.pointer) == ["/settings/\(name)"])
    #expect(issues.first?.message.contains(expected) == true)
    #expect(issues.first?.code == .settingDoubtful)
  }

  @Test func settingsThatAreMeantAreNot() {
    for settings: JSONValue in [
      [:], nil, ["timezone": "DEFAULT", "executionTimeout": -1],
      ["timezone": "Europe/Berlin", "executionTimeout": 0.5],
      ["timezone": nil, "executionTimeout": nil, "executionOrder": nil, "maxConcurrency": nil, "callerPolicy": 7],
      ["executionOrder": "v0", "maxConcurrency": 3],
    ] {
      #expect(WorkflowSettings.issues(in: ["settings": settings]) { $0.contains("/") }.isEmpty)
    }
  }

  @Test func onlyIssuesThatPreventARunBlockIt() {
    let blocking: [WorkflowIssue.Code] = [.malformed, .unknownNodeType, .noTrigger]
    for code in blocking { #expect(code.blocksExecution) }
    #expect(!WorkflowIssue.Code.unsupportedTypeVersion.blocksExecution)
    #expect(!WorkflowIssue.Code.danglingConnection.blocksExecution)
    #expect(!WorkflowIssue.Code.duplicateNodeName.blocksExecution)
    #expect(!WorkflowIssue.Code.settingDoubtful.blocksExecution)
  }
}
