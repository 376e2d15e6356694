import JobsprintDomain
import Testing

@Suite struct RunHistoryTests {
  private func item(_ number: Int64) -> Item { Item(json: ["n": .integer(number)]) }

  private var history: RunHistory {
    var history = RunHistory()
    let time = Timestamp(milliseconds: 0)
    history.append(NodeRun(node: "A", run: 0, startedAt: time, outputs: [[item(1)], [item(2)]]))
    history.append(NodeRun(node: "A", run: 1, startedAt: time, outputs: [[item(3)]]))
    history.append(
      NodeRun(node: "B", run: 0, startedAt: time, sources: [nil, RunSource(node: "A", output: 1)], outputs: [[]]))
    return history
  }

  @Test func runsAreKeptByNodeOldestFirst() {
    #expect(history.runs(of: "A").map(\.run) == [0, 1])
    #expect(history.run(of: "A")?.run == 1)
    #expect(history.run(of: "A", 0)?.run == 0)
  }

  @Test func whatIsNotThereIsNilOrEmpty() {
    #expect(history.runs(of: "C").isEmpty)
    #expect(history.run(of: "C") == nil)
    #expect(history.run(of: "A", 2) == nil)
    #expect(history.run(of: "A", -1) == nil)
    #expect(history.items(at: RunSource(node: "A", output: 1, run: 1)).isEmpty)
    #expect(history.items(at: RunSource(node: "A", output: -1)).isEmpty)
    #expect(history.inputItems(of: "B", run: 0).isEmpty)
    #expect(history.inputItems(of: "B", run: 0, input: 5).isEmpty)
  }

  @Test func theInputOfARunIsWhatItsSourcePutOut() {
    #expect(history.inputItems(of: "B", run: 0, input: 1) == [item(2)])
    #expect(history.items(at: RunSource(node: "A", run: 1)) == [item(3)])
  }
}
