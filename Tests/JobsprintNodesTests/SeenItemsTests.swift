import JobsprintDomain
import JobsprintPorts
import Testing

/// Duplicates of what earlier executions have seen.
struct SeenItemsTests {
  private static let own = StaticDataSlot.seen(by: "Node")
  private static let shared = StaticDataSlot.seen(by: nil)

  /// Runs the node on top of what `history` has, and leaves there what it has left.
  /// - Returns: the places in the input of what is kept and of what is not.
  private func run(
    _ parameters: String, _ items: String, _ history: inout ExecutionNotes, version: Double = 2
  ) async throws -> [[Int]] {
    var trial = try NodeTrial("removeDuplicates", version: version, parameters, items)
    trial.notes = NodeNotes(history)
    let outputs = try await trial.outputs()
    history.take(trial.notes.left)
    return outputs.map { $0.compactMap { $0.pairedItem?.origins.first?.item } }
  }

  private func parameters(_ more: String) -> String {
    #"{"operation": "removeItemsSeenInPreviousExecutions", \#(more)}"#
  }

  @Test func aValueIsNewOnceAndTwiceWhereItComesTwiceAtOnce() async throws {
    var history = ExecutionNotes()
    let new = parameters(#""dedupeValue": "={{ $json.id }}""#)
    #expect(try await run(new, #"[{"id": 1}, {"id": "b"}, {"id": 1}]"#, &history) == [[0, 1, 2], []])
    #expect(try await run(new, #"[{"id": 2}, {"id": "1"}, {"id": "b"}]"#, &history) == [[0], [1, 2]])
    #expect(try await run(new, #"[{"id": 2}]"#, &history) == [[], [0]])
    #expect(history.changedSlots.map(\.text) == ["seen:Node"])
  }

  @Test func whatHasNoValueIsKept() async throws {
    var history = ExecutionNotes()
    let new = parameters(#""dedupeValue": "={{ $json.id }}""#)
    for _ in 1...2 { #expect(try await run(new, #"[{}, {"id": null}, {"id": ""}]"#, &history) == [[0, 1, 2], []]) }
    #expect(history.changedSlots.isEmpty)
  }

  @Test func theOldestValuesAreForgotten() async throws {
    var history = ExecutionNotes()
    let new = parameters(#""dedupeValue": "={{ $json.id }}", "options": {"historySize": 2}"#)
    _ = try await run(new, #"[{"id": 1}, {"id": 2}]"#, &history)
    #expect(try await run(new, #"[{"id": 3}, {"id": 2}]"#, &history) == [[0], [1]])
    #expect(try await run(new, #"[{"id": 1}, {"id": 2}]"#, &history) == [[0], [1]])
  }

  @Test func onlyHigherNumbersAreKept() async throws {
    var history = ExecutionNotes()
    let higher = parameters(
      #""logic": "removeItemsUpToStoredIncrementalKey", "incrementalDedupeValue": "={{ $json.id }}""#)
    #expect(try await run(higher, #"[{"id": 3}, {"id": 1}, {"id": "9"}]"#, &history) == [[0, 1, 2], []])
    #expect(try await run(higher, #"[{"id": 0}, {"id": 15}, {"id": 9}, {"id": 9.5}]"#, &history) == [[1, 3], [0, 2]])
    #expect(try await run(higher, #"[{"id": 15}]"#, &history) == [[], [0]])
  }

  @Test func onlyLaterDatesAreKept() async throws {
    var history = ExecutionNotes()
    let later = parameters(#""logic": "removeItemsUpToStoredDate", "dateDedupeValue": "={{ $json.at }}""#)
    #expect(
      try await run(later, #"[{"at": "2024-10-08T12:30:45.493Z"}, {"at": "2024-10-01"}]"#, &history) == [[0, 1], []])
    #expect(
      try await run(later, #"[{"at": "2024-10-08T14:30:45.493+02:00"}, {"at": "2024-10-09"}]"#, &history) == [[1], [0]])
  }

  @Test func aNodeHasAHistoryOfItsOwnOrSharesOne() async throws {
    var history = ExecutionNotes()
    let own = parameters(#""dedupeValue": "={{ $json.id }}""#)
    let shared = parameters(#""dedupeValue": "={{ $json.id }}", "options": {"scope": "workflow"}"#)
    #expect(try await run(own, #"[{"id": 1}]"#, &history) == [[0], []])
    #expect(try await run(shared, #"[{"id": 1}]"#, &history) == [[0], []])
    let clear = #"{"operation": "clearDeduplicationHistory", "mode": "cleanDatabase"}"#
    #expect(try await run(clear, #"[{"id": 1}, {"id": 1}]"#, &history) == [[0, 1]])
    #expect(try await run(own, #"[{"id": 1}]"#, &history) == [[0], []])
    #expect(try await run(shared, #"[{"id": 1}]"#, &history) == [[], [0]])
  }

  @Test(
    arguments: [
      (#""logic": "x""#, "can't be 'x'"), (#""options": {"scope": "x"}"#, "can't be 'x'"),
      (#""options": {"historySize": 0}"#, "history size"), (#""options": {"historySize": 1000000}"#, "history size"),
      (#""dedupeValue": "={{ $json.id }}", "options": {"historySize": 1}"#, "2 values are new"),
      (#""logic": "removeItemsUpToStoredIncrementalKey", "incrementalDedupeValue": "a""#, "must be a number"),
      (#""logic": "removeItemsUpToStoredDate", "dateDedupeValue": "a""#, "'a' is no date"),
    ])
  func refusesWhatMakesNoSense(more: String, message: String) async throws {
    let found = try await failure("removeDuplicates", version: 2, parameters(more), #"[{"id": 1}, {"id": 2}]"#)
    #expect(found.contains(message), "\(found)")
  }

  @Test func aFullHistoryFitsIntoItsSlot() async throws {
    let items = "[" + (0..<50_000).map { #"{"id": \#($0)}"# }.joined(separator: ",") + "]"
    let new = parameters(#""dedupeValue": "={{ $json.id }}", "options": {"historySize": 50000}"#)
    var history = ExecutionNotes()
    #expect(try await run(new, items, &history)[0].count == 50_000)
    #expect(try await run(new, items, &history)[1].count == 50_000)
  }
}
