import JobsprintDomain
import JobsprintPorts
import Testing

/// n8n's node suite: `pinData` is what output 0 of the pinned nodes must be.
@Suite(.enabled(if: ConformanceData.isPresent))
struct NodeConformanceTests {
  /// Why a file can't pass yet. The list may only shrink: a file that passes must leave it.
  private static let waiting: [String: String] = [
    "n8n/nodes/Files/convert_extract.workflow.json": "spreadsheets of the kinds xlsx, xls, ods and rtf"
  ]

  /// The node suite, what it was before its Code nodes gave way to test data, and files of the engine of the same kind.
  private static let suites = ["n8n/nodes", "n8n/code-variants", "n8n/engine-json"]

  private static let runnable = suites.flatMap { suite in
    ConformanceData.files(below: suite).map { "\(suite)/\($0)" }
  }.filter { file in
    (try? ConformanceData.workflows(file))?.allSatisfy { unknownTypes(in: $0).isEmpty } ?? false
  }

  private static func unknownTypes(in document: JSONObject) -> Set<String> {
    let harness = WorkflowHarness()
    let types = document["nodes"]?.arrayValue?.filter { $0["disabled"] != true }.compactMap { $0["type"]?.stringValue }
    return Set(types ?? []).filter { harness.library[$0] == nil }
  }

  @Test(arguments: runnable)
  func pinnedNodesPutOutTheirPinData(file: String) async throws {
    for document in try ConformanceData.workflows(file) {
      let problems = try await problems(of: document)
      if let reason = Self.waiting[file] {
        #expect(!problems.isEmpty, "\(file) passes now: take it off the list (\(reason))")
      } else {
        #expect(problems == [], "\(problems.joined(separator: "\n"))")
      }
    }
  }

  @Test func tellsWhatIsNotRunYet() throws {
    let all = Self.suites.flatMap { suite in ConformanceData.files(below: suite).map { "\(suite)/\($0)" } }
    var missing: [String: Int] = [:]
    for file in all where !Self.runnable.contains(file) {
      for type in Set(try ConformanceData.workflows(file).flatMap { Self.unknownTypes(in: $0) }) {
        missing[type, default: 0] += 1
      }
    }
    print("node files: \(all.count), run: \(Self.runnable.count), of these wait: \(Self.waiting.count)")
    print(
      "not run for want of: \(missing.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", "))"
    )
    #expect(Self.waiting.keys.allSatisfy { Self.runnable.contains($0) })
  }

  /// What differs from the expectation, the way n8n's harness compares.
  private func problems(of document: JSONObject) async throws -> [String] {
    let outcome = try await WorkflowHarness().run(document)
    var problems: [String] = []
    if outcome.state != .success { problems.append("ended as \(outcome.state): \(outcome.error?.message ?? "")") }
    for pinned in document["pinData"]?.objectValue ?? [:] {
      let runs = outcome.history.runs(of: pinned.key)
      guard runs.count == 1, let run = runs.first else {
        problems.append("'\(pinned.key)' ran \(runs.count) times")
        continue
      }
      let actual = JSONValue.array((run.outputs.first ?? []).map(Self.comparable))
      let expected = JSONValue.array(
        (pinned.value.arrayValue ?? []).map { item in
          Self.comparable(
            item["json"]?.objectValue == nil ? Item(json: item.objectValue ?? [:]) : Item(item.objectValue ?? [:]))
        })
      if actual != expected {
        problems.append("'\(pinned.key)' put out \(actual.jsonText), expected \(expected.jsonText)")
      }
    }
    return problems
  }

  private static func comparable(_ item: Item) -> JSONValue {
    var item = item
    item.pairedItem = nil
    item.binary = nil
    return item.asJSON
  }
}
