import JobsprintDomain
import JobsprintPorts

/// What every ``ExecutionStore`` promises.
public enum ExecutionStoreConformance {
  private static let me = ExecutorID.numbered(1)
  private static let other = WorkspaceID.numbered(77)

  private static func list(
    _ storage: StorageUnderTest, _ filter: ExecutionFilter = ExecutionFilter(), in workspace: WorkspaceID = .initial,
    after: ExecutionID? = nil, limit: Int = 100
  ) async throws -> [ExecutionID] {
    try await storage.executions.executions(
      matching: filter, in: workspace, page: PageRequest(after: after, limit: limit)
    ).elements.map(\.id)
  }

  private static func ids(_ numbers: Int...) -> [ExecutionID] { numbers.map { .numbered($0) } }

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("nothing of another workspace is seen, listed or deleted") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, in: other, claimedBy: me)), .append(1, in: other, [.entry(at: 0)], .success()),
        .accept(.numbered(2)),
      ])
      try expect(try await storage.executions.execution(.numbered(1), in: .initial), is: nil)
      try expect(try await storage.executions.journal(of: .numbered(1), in: .initial), is: [])
      try expect(try await storage.executions.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
      try expect(try await list(storage), is: ids(2))
      try expect(try await list(storage, in: other), is: ids(1))
      try expect(try await list(storage, ExecutionFilter(states: [.success])), is: [])
      try expect(try await storage.executions.journal(of: .numbered(1), in: other).count, is: 1)
    },
    ConformanceCheck("an unknown execution is nil, and its journal empty") { storage in
      try expect(try await storage.executions.execution(.numbered(1), in: .initial), is: nil)
      try expect(try await storage.executions.journal(of: .numbered(1), in: .initial), is: [])
      try expect(try await storage.executions.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
      try expect(try await list(storage), is: [])
    },
    ConformanceCheck("the details of an execution are its record, its journal and the document it executes") {
      storage in
      let workflow = StoredWorkflow.numbered(1, document: "{\"name\":\"first\"}")
      _ = try await storage.workflows.create(workflow, recording: .noted())
      _ = try await storage.journal.commit([
        .accept(.numbered(1, version: workflow.version, claimedBy: me)),
        .append(1, [.entry(at: 0), .entry(at: 1)], .success()), .accept(.numbered(2, version: .numbered(999))),
      ])
      let details = try required(try await storage.executions.details(of: .numbered(1), in: .initial))
      try expect(details.record, is: try required(try await storage.executions.execution(.numbered(1), in: .initial)))
      try expect(details.journal, is: [.entry(at: 0), .entry(at: 1)])
      try expect(details.document, is: workflow.document)
      try expect(try await storage.executions.details(of: .numbered(2), in: .initial)?.document, is: nil)
      try expect(try await storage.executions.details(of: .numbered(1), in: other), is: nil)
    },
    ConformanceCheck("tags of an execution are replaced together, all or none, and go with it and with the tag") {
      storage in
      let executions = storage.executions
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [.entry(at: 0)], .success()),
        .accept(.numbered(2, in: other, claimedBy: me)),
      ])
      for number in 1...3 { _ = try await storage.tags.create(.numbered(number), in: .initial, recording: .noted()) }
      try expect(try await executions.tags(of: .numbered(1), in: .initial), is: [])
      try expect(
        try await executions.setTags(
          [.numbered(2), .numbered(1), .numbered(2)], of: .numbered(1), in: .initial, recording: .numbered(1)),
        is: [.numbered(1), .numbered(2)])
      try expect(
        try await executions.setTags(
          [.numbered(3), .numbered(9)], of: .numbered(1), in: .initial, recording: .numbered(2)), is: nil)
      for (id, workspace) in [
        (ExecutionID.numbered(9), WorkspaceID.initial), (.numbered(2), .initial), (.numbered(1), other),
      ] {
        try expect(try await executions.tags(of: id, in: workspace), is: nil)
        try expect(
          try await executions.setTags([], of: id, in: workspace, recording: .numbered(3, in: workspace)), is: nil)
      }
      try expect(try await executions.tags(of: .numbered(1), in: .initial), is: [.numbered(1), .numbered(2)])
      _ = try await storage.tags.delete(.numbered(1), in: .initial, recording: .noted())
      try expect(try await executions.tags(of: .numbered(1), in: .initial), is: [.numbered(2)])
      _ = try await executions.delete(.numbered(1), in: .initial, recording: .noted())
      try expect(try await executions.tags(of: .numbered(1), in: .initial), is: nil)
    },
    ConformanceCheck("lists are newest first and walked by key") { storage in
      _ = try await storage.journal.commit([3, 1, 5, 2, 4].map { .accept(.numbered($0)) })
      let first = try await storage.executions.executions(
        matching: ExecutionFilter(), in: .initial, page: PageRequest(limit: 2))
      try expect(first.elements.map(\.id), is: ids(5, 4))
      try expect(first.hasMore, is: true)
      let second = try await storage.executions.executions(
        matching: ExecutionFilter(), in: .initial, page: PageRequest(after: .numbered(4), limit: 2))
      try expect(second.elements.map(\.id), is: ids(3, 2))
      try expect(second.hasMore, is: true)
      let third = try await storage.executions.executions(
        matching: ExecutionFilter(), in: .initial, page: PageRequest(after: .numbered(2), limit: 2))
      try expect(third.elements.map(\.id), is: ids(1))
      try expect(third.hasMore, is: false)
      let whole = try await storage.executions.executions(
        matching: ExecutionFilter(), in: .initial, page: PageRequest(limit: 5))
      try expect(whole.hasMore, is: false)
    },
    ConformanceCheck("lists can be walked the other way round, also filtered") { storage in
      _ = try await storage.journal.commit([3, 1, 5, 2, 4].map { .accept(.numbered($0)) })
      _ = try await storage.journal.commit([.cancel(2), .cancel(4), .cancel(5)])
      for (filter, expected) in [
        (ExecutionFilter(), ids(1, 2, 3, 4, 5)), (ExecutionFilter(states: [.canceled]), ids(2, 4, 5)),
        (ExecutionFilter(states: [.canceled, .new]), ids(1, 2, 3, 4, 5)),
        (ExecutionFilter(states: [.canceled], workflow: .numbered(1)), ids(2, 4, 5)),
      ] {
        var (found, hasMore) = ([ExecutionID](), true)
        while hasMore {
          let page = try await storage.executions.executions(
            matching: filter, in: .initial, page: PageRequest(after: found.last, isOldestFirst: true, limit: 2))
          found += page.elements.map(\.id)
          hasMore = page.hasMore
        }
        try expect(found, is: expected)
      }
    },
    ConformanceCheck("a page ends behind the execution whose input fills it") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, input: "in")), .accept(.numbered(2, input: "input")), .accept(.numbered(3, input: "in")),
      ])
      let first = try await storage.executions.executions(
        matching: ExecutionFilter(), in: .initial, page: PageRequest(payloadLimit: 7))
      try expect(first.elements.map(\.id), is: ids(3, 2))
      try expect(first.hasMore, is: true)
      let second = try await storage.executions.executions(
        matching: ExecutionFilter(), in: .initial, page: PageRequest(after: .numbered(2), payloadLimit: 7))
      try expect(second.elements.map(\.id), is: ids(1))
      try expect(second.hasMore, is: false)
    },
    ConformanceCheck("a page may begin behind an execution that is gone") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1)), .accept(.numbered(5))])
      try expect(try await list(storage, after: .numbered(3)), is: ids(1))
    },
    ConformanceCheck("listed executions hold all that single ones hold") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, input: "in", claimedBy: me)),
        .append(1, [.entry(at: 0)], .finish(.error, error: Array("{}".utf8), lastNode: "N", at: .seconds(3))),
      ])
      let page = try await storage.executions.executions(matching: ExecutionFilter(), in: .initial, page: PageRequest())
      try expect(page.elements, is: [try required(try await storage.executions.execution(.numbered(1), in: .initial))])
    },
    ConformanceCheck("lists are filtered by state, workflow and time") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1)), .accept(.numbered(2, claimedBy: me)),
        .accept(.numbered(3, claimedBy: me)), .append(3, [], .wait(until: .seconds(50))),
        .accept(.numbered(4, workflow: .numbered(2), claimedBy: me)), .append(4, [], .success()),
        .accept(.numbered(5, claimedBy: me)),
        .append(5, [], .finish(.error, error: nil, lastNode: nil, at: .seconds(9))),
        .accept(.numbered(6, workflow: .numbered(2))), .cancel(6), .accept(.numbered(7, claimedBy: me)),
        .append(7, [], .finish(.crashed, error: nil, lastNode: nil, at: .seconds(9))),
      ])
      for (number, state) in [ExecutionState.new, .running, .waiting, .success, .error, .canceled, .crashed]
        .enumerated()
      {
        try expect(try await list(storage, ExecutionFilter(states: [state])), is: ids(number + 1), "\(state):")
      }
      try expect(try await list(storage, ExecutionFilter(states: [.new, .error, .success])), is: ids(5, 4, 1))
      try expect(
        try await list(storage, ExecutionFilter(states: [.new, .error, .success]), after: .numbered(5), limit: 1),
        is: ids(4))
      try expect(try await list(storage, ExecutionFilter(workflow: .numbered(2))), is: ids(6, 4))
      try expect(try await list(storage, ExecutionFilter(states: [.success], workflow: .numbered(2))), is: ids(4))
      try expect(
        try await list(storage, ExecutionFilter(acceptedAfter: .seconds(2), acceptedBefore: .seconds(5))), is: ids(4, 3)
      )
      try expect(
        try await list(storage, ExecutionFilter(states: Set(ExecutionState.allCases))), is: ids(7, 6, 5, 4, 3, 2, 1))
    },
    ConformanceCheck("what has ended is told from what has not and what is not there") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [], .success()), .accept(.numbered(2)),
        .accept(.numbered(3)), .cancel(3),
      ])
      try expect(try await storage.executions.ended(among: ids(1, 2, 3, 4)), is: ids(1, 3))
      try expect(try await storage.executions.ended(among: []), is: [])
    },
    ConformanceCheck("an ended execution is deleted with its journal, another is not") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)),
        .append(1, [.entry(at: 0)], .finish(.error, error: Array("{}".utf8), lastNode: nil, at: .seconds(2))),
        .accept(.numbered(2, claimedBy: me)),
      ])
      let record = try await storage.executions.execution(.numbered(1), in: .initial)
      try expect(try await storage.executions.delete(.numbered(1), in: .initial, recording: .noted()), is: record)
      try expect(try await storage.executions.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
      try expect(try await storage.executions.execution(.numbered(1), in: .initial), is: nil)
      try expect(try await storage.executions.journal(of: .numbered(1), in: .initial), is: [])
      try expect(try await storage.executions.delete(.numbered(2), in: .initial, recording: .noted()), is: nil)
      try expect(try await list(storage), is: ids(2))
    },
    ConformanceCheck("a deletion leaves one audit entry, and one that does not happen leaves none") { storage in
      _ = try await storage.journal.commit([
        .accept(.numbered(1, claimedBy: me)), .append(1, [], .success()), .accept(.numbered(2)),
        .accept(.numbered(3, in: other, claimedBy: me)), .append(3, in: other, [], .success()),
      ])
      _ = try await storage.executions.delete(.numbered(1), in: .initial, recording: .numbered(1))
      for number in 1...3 {
        _ = try await storage.executions.delete(.numbered(number), in: .initial, recording: .numbered(number + 1))
      }
      try await storage.expectAudited([1])
      try await storage.expectAudited([], in: other)
    },
  ]
}
