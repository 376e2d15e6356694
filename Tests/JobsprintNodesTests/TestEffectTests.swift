import Foundation
import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import Testing

struct TestEffectTests {
  /// A kill in the middle of a write leaves what went to the pages before.
  @Test func aLineOfTheLedgerStandsInOnePage() async throws {
    let ledger = FileManager.default.temporaryDirectory.appending(path: "jobsprint-ledger-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: ledger) }
    var trial = try NodeTrial("jobsprint.testEffect", #"{"label":"an effect of some length"}"#, "[{}]")
    trial.library = NodeLibrary(BuiltInNodes.all(includingTestNodes: TestNodeOptions(ledgerPath: ledger.path)))
    for _ in 0..<100 { _ = try await trial.outputs() }
    let text = try Data(contentsOf: ledger)
    #expect(text.count > 2 * 4096)
    var begin = text.startIndex
    var lines = 0
    while let end = text[begin...].firstIndex(of: UInt8(ascii: "\n")) {
      let first = try #require(text[begin..<end].firstIndex(of: UInt8(ascii: "{")))
      #expect(first / 4096 == end / 4096)
      #expect(try JSONValue(parsing: Array(text[begin..<end]))["label"] == "an effect of some length")
      (begin, lines) = (end + 1, lines + 1)
    }
    #expect(lines == 100)
  }
}
