import JobsprintDomain
import JobsprintPorts

/// What every store does with static data: it is written with the ends of executions, and goes with its workflow.
public enum StaticDataConformance {
  private static let other = WorkspaceID.numbered(77)

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an end keeps what it leaves, for its workflow in its workspace") { storage in
      try await storage.prepare([1])
      try expect(try await storage.kept("global"), is: [])
      try expect(
        try await storage.end(1, leaving: .of(1, ["global": #"{"a":1}"#, "node:é \u{0}": "{}", "seen": "[]"])),
        is: .committed)
      try expect(try await storage.kept("global", "node:é \u{0}"), is: [#"global={"a":1}"#, "node:é \u{0}={}"])
      try expect(try await storage.kept("node:e\u{301} \u{0}", "Global", "seen:"), is: [])
      try expect(try await storage.kept("seen", of: 2), is: [])
      try expect(try await storage.kept("seen", in: other), is: [])
    },
    ConformanceCheck("so does an end that is none of success") { storage in
      try await storage.prepare([1])
      let failed = ExecutionTransition.finish(
        .error, error: nil, lastNode: nil, at: .seconds(9), deadLetter: .attemptsExhausted)
      try expect(try await storage.end(1, failed, leaving: .of(1, ["seen": "[1]"])), is: .committed)
      try expect(try await storage.kept("seen"), is: ["seen=[1]"])
      try expect(try await storage.deadLetters.letter(of: .numbered(1), in: .initial) != nil, is: true)
      try expect(try await storage.executions.execution(.numbered(1), in: .initial)?.state, is: .error)
    },
    ConformanceCheck("the last one counts, slot by slot") { storage in
      try await storage.prepare([1, 2])
      _ = try await storage.end(2, leaving: .of(1, ["global": "{}", "node:A": "{}"]))
      _ = try await storage.end(1, leaving: .of(1, ["global": #"{"b":2}"#]))
      try expect(try await storage.kept("global", "node:A"), is: [#"global={"b":2}"#, "node:A={}"])
    },
    ConformanceCheck("the last one of a commit counts, also where it was accepted first") { storage in
      try await storage.prepare([1, 2, 3])
      let outcomes = try await storage.journal.commit([
        .append(3, [.entry(at: 0)], .success(), leaving: .of(1, ["global": "[3]"])),
        .append(2, [.entry(at: 0)], .success()),
        .append(1, [.entry(at: 0)], .success(), leaving: .of(1, ["global": "[1]"])),
      ])
      try expect(outcomes, is: [.committed, .committed, .committed])
      try expect(try await storage.kept("global"), is: ["global=[1]"])
    },
    ConformanceCheck("an execution that ends in the commit of its accept keeps it, too") { storage in
      try await storage.prepare([])
      let outcomes = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: .numbered(1))),
        .append(1, [.entry(at: 0)], .success(), leaving: .of(1, ["global": "[1]"])),
      ])
      try expect(outcomes, is: [.committed, .committed])
      try expect(try await storage.kept("global"), is: ["global=[1]"])
    },
    ConformanceCheck("an end that is refused keeps nothing") { storage in
      try await storage.prepare([1])
      _ = try await storage.journal.commit([.cancel(1)])
      try expect(try await storage.end(1, leaving: .of(1, ["global": "[1]"])), is: .fenced)
      try expect(try await storage.kept("global"), is: [])
    },
    ConformanceCheck("an end that is sent again keeps nothing again") { storage in
      try await storage.prepare([1, 2])
      _ = try await storage.end(1, leaving: .of(1, ["global": "[1]"]))
      _ = try await storage.end(2, leaving: .of(1, ["global": "[2]"]))
      try expect(try await storage.end(1, leaving: .of(1, ["global": "[1]"])), is: .fenced)
      try expect(try await storage.kept("global"), is: ["global=[2]"])
    },
    ConformanceCheck("it goes with its workflow, and nothing is kept for one that is gone") { storage in
      try await storage.prepare([1, 2])
      _ = try await storage.end(1, leaving: .of(1, ["global": "[1]"]))
      _ = try await storage.workflows.delete(.numbered(1), in: .initial, ifMatch: nil, recording: .noted())
      try expect(try await storage.kept("global"), is: [])
      try expect(try await storage.end(2, leaving: .of(1, ["global": "[2]"])), is: .committed)
      try expect(try await storage.kept("global"), is: [])
    },
    ConformanceCheck("another workspace's workflow is not written to") { storage in
      try await storage.prepare([1])
      _ = try await storage.journal.commit([
        .accept(.numbered(9, in: other, claimedBy: .numbered(1))),
        .append(9, in: other, [.entry(at: 0)], .success(), leaving: .of(1, ["global": "[9]"])),
      ])
      try expect(try await storage.kept("global"), is: [])
      try expect(try await storage.kept("global", in: other), is: [])
    },
  ]
}

extension StorageUnderTest {
  /// Workflow 1, and running executions of it.
  fileprivate func prepare(_ executions: [Int]) async throws {
    _ = try await workflows.create(.numbered(1), recording: .noted())
    _ = try await journal.commit(executions.map { .accept(.numbered($0, claimedBy: .numbered(1))) })
  }

  fileprivate func end(
    _ number: Int, _ end: ExecutionTransition = .success(), leaving change: StaticDataChange
  ) async throws -> JournalOutcome? {
    try await journal.commit([.append(number, [.entry(at: 0)], end, leaving: change)]).first
  }

  /// `slot=value`, by slot.
  fileprivate func kept(
    _ slots: String..., of workflow: Int = 1, in workspace: WorkspaceID = .initial
  ) async throws -> [String] {
    try await staticData.staticData(in: slots, of: .numbered(workflow), in: workspace)
      .map { "\($0.slot)=\(String(decoding: $0.value, as: UTF8.self))" }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
