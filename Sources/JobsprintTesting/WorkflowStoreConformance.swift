import JobsprintDomain
import JobsprintPorts

/// What every ``WorkflowStore`` promises.
public enum WorkflowStoreConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = creating + changing + removing + listing + auditing

  private static let other = WorkspaceID.numbered(77)

  private static func updated<Element>(_ outcome: UpdateOutcome<Element>) throws -> Element {
    guard case .updated(let element) = outcome else { throw ConformanceFailure(description: "not updated: \(outcome)") }
    return element
  }

  private static func list(
    _ storage: StorageUnderTest, _ filter: WorkflowFilter = WorkflowFilter(), after: WorkflowID? = nil, limit: Int = 100
  ) async throws -> [WorkflowID] {
    try await storage.workflows.workflows(
      matching: filter, in: .initial, page: PageRequest(after: after, limit: limit)
    ).elements.map(\.id)
  }

  /// Of no workflow.
  private static let stale = WorkflowRevision(version: .numbered(99), updatedAt: .seconds(1))

  private static func ids(_ numbers: Int...) -> [WorkflowID] { numbers.map { .numbered($0) } }

  private static let creating: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a created workflow is found with its first version, in its workspace only") { storage in
      let workflow = StoredWorkflow.numbered(1, name: "\u{1F600}\u{0}", document: "{\"b\":1,\"a\":\"\\u0000\"}")
      try expect(try await storage.workflows.create(workflow, recording: .noted()), is: .created)
      try expect(try await storage.workflows.workflow(workflow.id, in: .initial), is: workflow)
      try expect(try await storage.workflows.workflow(workflow.id, in: other), is: nil)
      let version = StoredVersion(
        id: workflow.version, workflow: workflow.id, name: workflow.name, document: workflow.document,
        createdAt: workflow.createdAt)
      try expect(try await storage.workflows.version(workflow.version, in: .initial), is: version)
      try expect(try await storage.workflows.version(workflow.version, in: other), is: nil)
    },
    ConformanceCheck("names of workflows need not differ, ids must") { storage in
      _ = try await storage.workflows.create(.numbered(1, name: "same"), recording: .noted())
      try expect(try await storage.workflows.create(.numbered(2, name: "same"), recording: .noted()), is: .created)
      try await expectRefusal("the same id") {
        var again = StoredWorkflow.numbered(1)
        again.version = .numbered(999)
        _ = try await storage.workflows.create(again, recording: .noted(idempotency: .of("key")))
      }
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: nil)
      try expect(try await storage.workflows.version(.numbered(999), in: .initial), is: nil)
    },
    ConformanceCheck("a used idempotency key is replayed, and nothing is created") { storage in
      let kept = IdempotencyRecord.of("key", response: "first")
      try expect(try await storage.workflows.create(.numbered(1), recording: .noted(idempotency: kept)), is: .created)
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: kept)
      try expect(
        try await storage.workflows.create(
          .numbered(2), recording: .noted(idempotency: .of("key", response: "second"))),
        is: .replayed(kept))
      try expect(try await storage.workflows.workflow(.numbered(2), in: .initial), is: nil)
    },
  ]

  private static let changing: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("an update makes the newest version; the older ones stay") { storage in
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      let change = WorkflowChange.to(version: 101, name: "New", document: "{\"new\":1}", at: .seconds(7))
      let workflow = try updated(
        try await storage.workflows.update(
          .numbered(1), in: .initial, with: change, ifMatch: StoredWorkflow.numbered(1).revision, recording: .noted()))
      try expect(workflow.version, is: .numbered(101))
      try expect(workflow.name, is: "New")
      try expect(workflow.document, is: change.document)
      try expect(workflow.createdAt, is: .seconds(1))
      try expect(workflow.updatedAt, is: .seconds(7))
      try expect(workflow.activeVersion, is: nil, "an inactive workflow stays inactive:")
      try expect(try await storage.workflows.workflow(.numbered(1), in: .initial), is: workflow)
      try expect(try await storage.workflows.version(.numbered(100), in: .initial)?.name, is: "Workflow 1")
      let versions = try await storage.workflows.versions(of: .numbered(1), in: .initial, page: PageRequest(limit: 1))
      try expect(versions.elements.map(\.id), is: [.numbered(101)])
      try expect(versions.hasMore, is: true)
      let older = try await storage.workflows.versions(
        of: .numbered(1), in: .initial, page: PageRequest(after: .numbered(101), limit: 1))
      try expect(older.elements.map(\.id), is: [.numbered(100)])
      try expect(older.hasMore, is: false)
    },
    ConformanceCheck("an update that expects another version changes nothing") { storage in
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      let outcome = try await storage.workflows.update(
        .numbered(1), in: .initial, with: .to(version: 101), ifMatch: stale, recording: .noted())
      guard case .changed(let current) = outcome else {
        throw ConformanceFailure(description: "expected changed, found \(outcome)")
      }
      try expect(current, is: .numbered(1))
      try expect(try await storage.workflows.workflow(.numbered(1), in: .initial), is: .numbered(1))
      try expect(try await storage.workflows.version(.numbered(101), in: .initial), is: nil)
      guard
        case .notFound = try await storage.workflows.update(
          .numbered(1), in: other, with: .to(version: 101), ifMatch: nil, recording: .noted(in: other))
      else { throw ConformanceFailure(description: "a workflow of another workspace was updated") }
    },
    ConformanceCheck("of updates that expect one version, one wins") { storage in
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      let revision = StoredWorkflow.numbered(1).revision
      let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 101..<109 {
          group.addTask {
            let outcome = try await storage.workflows.update(
              .numbered(1), in: .initial, with: .to(version: number), ifMatch: revision, recording: .noted())
            if case .updated = outcome { return true } else { return false }
          }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      try expect(wins, is: 1)
    },
    ConformanceCheck("a workflow is turned on with a version of its own, and off") { storage in
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      _ = try await storage.workflows.create(.numbered(2), recording: .noted())
      _ = try await storage.workflows.update(
        .numbered(1), in: .initial, with: .to(version: 101, at: .seconds(7)), ifMatch: nil, recording: .noted())
      let store = storage.workflows
      let newest = try await store.setActive(
        true, version: nil, of: .numbered(1), in: .initial, at: .seconds(8), recording: .noted())
      try expect(newest?.activeVersion, is: .numbered(101))
      try expect(newest?.updatedAt, is: .seconds(8))
      let older = try await store.setActive(
        true, version: .numbered(100), of: .numbered(1), in: .initial, at: .seconds(9), recording: .noted())
      try expect(older?.activeVersion, is: .numbered(100))
      try expect(try await store.workflow(.numbered(1), in: .initial), is: older)
      for (version, workspace) in [(200, WorkspaceID.initial), (999, .initial), (100, other)] {
        let none = try await store.setActive(
          true, version: .numbered(version), of: .numbered(1), in: workspace, at: .seconds(9),
          recording: .noted(in: workspace))
        try expect(none, is: nil)
      }
      let off = try await store.setActive(
        false, version: nil, of: .numbered(1), in: .initial, at: .seconds(10), recording: .noted())
      try expect(try required(off).activeVersion, is: nil)
    },
    ConformanceCheck("an active workflow goes on with the new version where the change says so") { storage in
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      _ = try await storage.workflows.setActive(
        true, version: nil, of: .numbered(1), in: .initial, at: .seconds(2), recording: .noted())
      let kept = try updated(
        try await storage.workflows.update(
          .numbered(1), in: .initial, with: .to(version: 101, activates: false), ifMatch: nil, recording: .noted()))
      try expect(kept.activeVersion, is: .numbered(100))
      let followed = try updated(
        try await storage.workflows.update(
          .numbered(1), in: .initial, with: .to(version: 102), ifMatch: nil, recording: .noted()))
      try expect(followed.activeVersion, is: .numbered(102))
    },
    ConformanceCheck("a workflow is archived and taken back") { storage in
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      _ = try await storage.workflows.setActive(
        true, version: nil, of: .numbered(1), in: .initial, at: .seconds(2), recording: .noted())
      let archived = try await storage.workflows.setArchived(
        true, of: .numbered(1), in: .initial, at: .seconds(3), recording: .noted())
      try expect(archived?.isArchived, is: true)
      try expect(archived?.activeVersion, is: nil)
      try expect(archived?.updatedAt, is: .seconds(3))
      try expect(try await storage.workflows.workflow(.numbered(1), in: .initial), is: archived)
      let back = try await storage.workflows.setArchived(
        false, of: .numbered(1), in: .initial, at: .seconds(4), recording: .noted())
      try expect(back?.isArchived, is: false)
      try expect(
        try await storage.workflows.setArchived(
          true, of: .numbered(1), in: other, at: .seconds(4), recording: .noted(in: other)), is: nil)
    },
    ConformanceCheck("every change makes another revision, and is refused to who expects another") { storage in
      let (store, id) = (storage.workflows, WorkflowID.numbered(1))
      _ = try await store.create(.numbered(1), recording: .noted())
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .noted())
      // All in one millisecond.
      let time = Timestamp.seconds(1)
      let changes: [@Sendable (WorkflowRevision) async throws -> UpdateOutcome<StoredWorkflow>] = [
        {
          try await store.update(id, in: .initial, with: .to(version: 101, at: time), ifMatch: $0, recording: .noted())
        },
        { revision in
          try await store.setActive(
            true, version: nil, of: id, in: .initial, at: time, ifMatch: revision, recording: .noted())
        },
        { revision in
          try await store.setActive(
            false, version: nil, of: id, in: .initial, at: time, ifMatch: revision, recording: .noted())
        },
        { try await store.setArchived(true, of: id, in: .initial, at: time, ifMatch: $0, recording: .noted()) },
        { revision in
          try await store.setTags(
            [.numbered(1)], of: id, in: .initial, at: time, ifMatch: revision, recording: .noted())
        },
      ]
      var revision = StoredWorkflow.numbered(1).revision
      for (place, change) in changes.enumerated() {
        guard case .changed(let present) = try await change(stale) else {
          throw ConformanceFailure(description: "change \(place) was made though another revision was expected")
        }
        try expect(present.revision, is: revision, "change \(place):")
        let next = try updated(try await change(revision)).revision
        try expect(next.updatedAt > revision.updatedAt, is: true, "change \(place):")
        revision = next
        try expect(try await store.workflow(id, in: .initial)?.revision, is: revision, "change \(place):")
      }
      guard case .changed = try await store.delete(id, in: .initial, ifMatch: stale, recording: .noted()) else {
        throw ConformanceFailure(description: "a workflow was deleted though another revision was expected")
      }
      let removed = try updated(try await store.delete(id, in: .initial, ifMatch: revision, recording: .noted()))
      try expect(removed.tags, is: [.numbered(1)])
    },
    ConformanceCheck("tags are replaced together, all or none") { storage in
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      for number in 1...3 { _ = try await storage.tags.create(.numbered(number), in: .initial, recording: .noted()) }
      let store = storage.workflows
      try expect(
        try await store.setTags(
          [.numbered(2), .numbered(1), .numbered(2)], of: .numbered(1), in: .initial, recording: .noted()),
        is: [.numbered(1), .numbered(2)])
      try expect(
        try await store.setTags([.numbered(3), .numbered(9)], of: .numbered(1), in: .initial, recording: .noted()),
        is: nil)
      try expect(try await store.workflow(.numbered(1), in: .initial)?.tags, is: [.numbered(1), .numbered(2)])
      try expect(
        try await store.setTags([.numbered(3)], of: .numbered(1), in: .initial, recording: .noted()), is: [.numbered(3)]
      )
      try expect(try await store.setTags([], of: .numbered(1), in: .initial, recording: .noted()), is: [])
      try expect(try await store.setTags([], of: .numbered(9), in: .initial, recording: .noted()), is: nil)
    },
  ]

  private static let removing: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a deleted workflow is gone; its versions serve executions under way") { storage in
      _ = try await storage.workflows.create(.numbered(1, name: "word"), recording: .noted())
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .noted())
      _ = try await storage.workflows.setTags([.numbered(1)], of: .numbered(1), in: .initial, recording: .noted())
      try expect(try await storage.workflows.delete(.numbered(1), in: other, recording: .noted(in: other)), is: nil)
      let found = try await storage.workflows.workflow(.numbered(1), in: .initial)
      try expect(try await storage.workflows.delete(.numbered(1), in: .initial, recording: .noted()), is: found)
      try expect(try await storage.workflows.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
      try expect(try await storage.workflows.workflow(.numbered(1), in: .initial), is: nil)
      try expect(try await list(storage), is: [])
      try expect(try await list(storage, WorkflowFilter(text: "word")), is: [])
      try expect(
        try await storage.workflows.versions(of: .numbered(1), in: .initial, page: PageRequest()).elements, is: [])
      _ = try required(try await storage.workflows.version(.numbered(100), in: .initial))
    }
  ]

  private static let listing: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("lists are newest first, walked by key, of one workspace, and whole") { storage in
      for number in [2, 4, 1, 3] { _ = try await storage.workflows.create(.numbered(number), recording: .noted()) }
      _ = try await storage.workflows.create(.numbered(9, in: other), recording: .noted(in: other))
      let first = try await storage.workflows.workflows(
        matching: WorkflowFilter(), in: .initial, page: PageRequest(limit: 3))
      try expect(first.elements, is: [.numbered(4), .numbered(3), .numbered(2)])
      try expect(first.hasMore, is: true)
      try expect(try await list(storage, after: .numbered(2)), is: ids(1))
      let oldest = try await storage.workflows.workflows(
        matching: WorkflowFilter(), in: .initial, page: PageRequest(after: .numbered(1), isOldestFirst: true, limit: 2))
      try expect(oldest.elements.map(\.id), is: ids(2, 3))
      try expect(oldest.hasMore, is: true)
    },
    ConformanceCheck("lists are filtered by activity, name and tags") { storage in
      for (number, name) in [(1, "a"), (2, "b"), (3, "a"), (4, "A")] {
        _ = try await storage.workflows.create(.numbered(number, name: name), recording: .noted())
      }
      _ = try await storage.workflows.setActive(
        true, version: nil, of: .numbered(2), in: .initial, at: .seconds(5), recording: .noted())
      _ = try await storage.workflows.setActive(
        true, version: nil, of: .numbered(3), in: .initial, at: .seconds(5), recording: .noted())
      for number in 1...2 { _ = try await storage.tags.create(.numbered(number), in: .initial, recording: .noted()) }
      _ = try await storage.workflows.setTags(
        [.numbered(1), .numbered(2)], of: .numbered(3), in: .initial, recording: .noted())
      _ = try await storage.workflows.setTags([.numbered(2)], of: .numbered(1), in: .initial, recording: .noted())
      try expect(try await list(storage, WorkflowFilter(isActive: true)), is: ids(3, 2))
      try expect(try await list(storage, WorkflowFilter(isActive: false)), is: ids(4, 1))
      try expect(try await list(storage, WorkflowFilter(name: "a")), is: ids(3, 1))
      try expect(try await list(storage, WorkflowFilter(tags: ["tag 2"])), is: ids(3, 1))
      try expect(try await list(storage, WorkflowFilter(tags: ["tag 2", "tag 1"])), is: ids(3))
      try expect(try await list(storage, WorkflowFilter(tags: ["tag 9"])), is: [])
      try expect(try await list(storage, WorkflowFilter(isActive: false, name: "a", tags: ["tag 2"])), is: ids(1))
      let page = try await storage.workflows.workflows(
        matching: WorkflowFilter(tags: ["tag 1"]), in: .initial, page: PageRequest())
      try expect(page.elements.first?.tags, is: [.numbered(1), .numbered(2)])
    },
    ConformanceCheck("text finds words of name and document, in either case, also where they go on") { storage in
      _ = try await storage.workflows.create(
        .numbered(1, name: "Invoice mailer", document: "{\"url\":\"https://billing.example/x\"}"), recording: .noted())
      _ = try await storage.workflows.create(
        .numbered(2, name: "Weather", document: "{\"note\":\"mails nothing\"}"), recording: .noted())
      for (text, expected) in [
        ("invoice", ids(1)), ("MAIL", ids(2, 1)), ("mail billing", ids(1)), ("mail snow", []), ("voice", []),
        ("", ids(2, 1)), ("  \" * ( ", ids(2, 1)), ("OR AND NOT", []), ("billing.example", ids(1)), ("wea*ther\"", []),
      ] {
        try expect(try await list(storage, WorkflowFilter(text: text)), is: expected, "'\(text)':")
      }
    },
    ConformanceCheck("text finds the newest version's words only") { storage in
      _ = try await storage.workflows.create(
        .numbered(1, name: "old", document: "{\"a\":\"ancient\"}"), recording: .noted())
      _ = try await storage.workflows.update(
        .numbered(1), in: .initial, with: .to(version: 101, name: "fresh", document: "{\"a\":\"recent\"}"),
        ifMatch: nil, recording: .noted()
      )
      try expect(try await list(storage, WorkflowFilter(text: "fresh recent")), is: ids(1))
      try expect(try await list(storage, WorkflowFilter(text: "old")), is: [])
      try expect(try await list(storage, WorkflowFilter(text: "ancient")), is: [])
    },
  ]

  private static let auditing: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("each change leaves one audit entry") { storage in
      let (store, id) = (storage.workflows, WorkflowID.numbered(1))
      _ = try await store.create(.numbered(1), recording: .numbered(1))
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .numbered(2))
      _ = try await store.update(id, in: .initial, with: .to(version: 101), ifMatch: nil, recording: .numbered(3))
      _ = try await store.setActive(
        true, version: nil, of: id, in: .initial, at: .seconds(2), recording: .numbered(4))
      _ = try await store.setActive(
        false, version: nil, of: id, in: .initial, at: .seconds(2), recording: .numbered(5))
      _ = try await store.setArchived(true, of: id, in: .initial, at: .seconds(3), recording: .numbered(6))
      _ = try await store.setArchived(false, of: id, in: .initial, at: .seconds(3), recording: .numbered(7))
      _ = try await store.setTags([.numbered(1)], of: id, in: .initial, recording: .numbered(8))
      _ = try await store.delete(id, in: .initial, recording: .numbered(9))
      try await storage.expectAudited(Array(1...9))
    },
    ConformanceCheck("a change that does not happen leaves no audit entry") { storage in
      let (store, id) = (storage.workflows, WorkflowID.numbered(1))
      let kept = IdempotencyRecord.of("key")
      _ = try await store.create(.numbered(1), recording: ChangeRecord(.numbered(1), idempotency: kept))
      _ = try await store.create(.numbered(2), recording: ChangeRecord(.numbered(2), idempotency: kept))
      _ = try await store.update(
        id, in: .initial, with: .to(version: 101), ifMatch: stale, recording: .numbered(3))
      _ = try await store.setActive(
        true, version: .numbered(99), of: id, in: .initial, at: .seconds(2), recording: .numbered(4))
      _ = try await store.setTags([.numbered(9)], of: id, in: .initial, recording: .numbered(5))
      for (id, workspace) in [(id, other), (.numbered(9), .initial)] {
        let record = ChangeRecord.numbered(6, in: workspace)
        _ = try await store.update(id, in: workspace, with: .to(version: 101), ifMatch: nil, recording: record)
        _ = try await store.setActive(true, version: nil, of: id, in: workspace, at: .seconds(2), recording: record)
        _ = try await store.setArchived(true, of: id, in: workspace, at: .seconds(2), recording: record)
        _ = try await store.setTags([], of: id, in: workspace, recording: record)
        _ = try await store.delete(id, in: workspace, recording: record)
      }
      try await storage.expectAudited([1])
      try await storage.expectAudited([], in: other)
    },
  ]
}
