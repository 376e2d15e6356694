import JobsprintDomain
import JobsprintPorts

/// What every ``TagStore`` promises.
public enum TagStoreConformance {
  private static let other = WorkspaceID.numbered(77)

  /// What an update left behind; nil when it was turned away.
  private static func updated<Element>(_ outcome: UpdateOutcome<Element>) -> Element? {
    if case .updated(let element) = outcome { element } else { nil }
  }

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a created tag is found in its workspace only") { storage in
      try expect(try await storage.tags.create(.numbered(1), in: .initial, recording: .noted()), is: .created)
      try expect(try await storage.tags.tag(.numbered(1), in: .initial), is: .numbered(1))
      try expect(try await storage.tags.tag(.numbered(1), in: other), is: nil)
      try expect(try await storage.tags.tag(.numbered(2), in: .initial), is: nil)
    },
    ConformanceCheck("a name is taken once in each workspace, byte by byte") { storage in
      _ = try await storage.tags.create(.numbered(1, name: "caf\u{E9}"), in: .initial, recording: .noted())
      try expect(
        try await storage.tags.create(
          .numbered(2, name: "caf\u{E9}"), in: .initial, recording: .noted(idempotency: .of("key"))),
        is: .nameTaken)
      try expect(try await storage.tags.tag(.numbered(2), in: .initial), is: nil)
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: nil)
      try expect(
        try await storage.tags.create(.numbered(3, name: "cafe\u{301}"), in: .initial, recording: .noted()),
        is: .created)
      try expect(
        try await storage.tags.create(.numbered(4, name: "caf\u{E9}"), in: other, recording: .noted(in: other)),
        is: .created)
    },
    ConformanceCheck("a used idempotency key is replayed, also where the name is taken by then") { storage in
      let kept = IdempotencyRecord.of("key")
      _ = try await storage.tags.create(.numbered(1, name: "a"), in: .initial, recording: .noted(idempotency: kept))
      try expect(
        try await storage.tags.create(
          .numbered(2, name: "a"), in: .initial, recording: .noted(idempotency: .of("key", response: "b"))),
        is: .replayed(kept))
    },
    ConformanceCheck("a tag is renamed unless the name is another's") { storage in
      _ = try await storage.tags.create(.numbered(1, name: "a"), in: .initial, recording: .noted())
      _ = try await storage.tags.create(.numbered(2, name: "b"), in: .initial, recording: .noted())
      let renamed = try required(
        updated(
          try await storage.tags.rename(.numbered(1), to: "c", in: .initial, at: .seconds(8), recording: .noted())))
      try expect(renamed.name, is: "c")
      try expect(renamed.updatedAt, is: .seconds(8))
      try expect(try await storage.tags.tag(.numbered(1), in: .initial), is: renamed)
      let same = updated(
        try await storage.tags.rename(.numbered(1), to: "c", in: .initial, at: .seconds(9), recording: .noted()))
      try expect(same?.updatedAt, is: .seconds(9), "its own name is not taken:")
      guard
        case .nameTaken = try await storage.tags.rename(
          .numbered(1), to: "b", in: .initial, at: .seconds(9), recording: .noted())
      else {
        throw ConformanceFailure(description: "the name of another tag was given twice")
      }
      guard
        case .notFound = try await storage.tags.rename(
          .numbered(1), to: "x", in: other, at: .seconds(9), recording: .noted(in: other))
      else {
        throw ConformanceFailure(description: "a tag of another workspace was renamed")
      }
    },
    ConformanceCheck("a deleted tag leaves its workflows") { storage in
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .noted())
      _ = try await storage.tags.create(.numbered(2), in: .initial, recording: .noted())
      _ = try await storage.workflows.create(.numbered(1), recording: .noted())
      _ = try await storage.workflows.setTags(
        [.numbered(1), .numbered(2)], of: .numbered(1), in: .initial, recording: .noted())
      try expect(try await storage.tags.delete(.numbered(1), in: other, recording: .noted(in: other)), is: nil)
      try expect(try await storage.tags.delete(.numbered(1), in: .initial, recording: .noted()), is: .numbered(1))
      try expect(try await storage.tags.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
      try expect(try await storage.workflows.workflow(.numbered(1), in: .initial)?.tags, is: [.numbered(2)])
    },
    ConformanceCheck("tags are listed oldest first, by key") { storage in
      for number in [3, 1, 4, 2] {
        _ = try await storage.tags.create(.numbered(number), in: .initial, recording: .noted())
      }
      _ = try await storage.tags.create(.numbered(5), in: other, recording: .noted(in: other))
      let first = try await storage.tags.tags(in: .initial, page: PageRequest(limit: 3))
      try expect(first.elements, is: [.numbered(1), .numbered(2), .numbered(3)])
      try expect(first.hasMore, is: true)
      let second = try await storage.tags.tags(in: .initial, page: PageRequest(after: .numbered(3), limit: 3))
      try expect(second.elements, is: [.numbered(4)])
      try expect(second.hasMore, is: false)
    },
    ConformanceCheck("each change leaves one audit entry, and what does not happen leaves none") { storage in
      let tags = storage.tags
      let kept = IdempotencyRecord.of("key")
      _ = try await tags.create(
        .numbered(1, name: "a"), in: .initial, recording: ChangeRecord(.numbered(1), idempotency: kept))
      _ = try await tags.create(.numbered(2, name: "b"), in: .initial, recording: .numbered(2))
      _ = try await tags.create(
        .numbered(3, name: "c"), in: .initial, recording: ChangeRecord(.numbered(3), idempotency: kept))
      _ = try await tags.create(.numbered(4, name: "a"), in: .initial, recording: .numbered(4))
      try await storage.expectAudited([1, 2], " after creating")
      _ = try await tags.rename(.numbered(1), to: "d", in: .initial, at: .seconds(8), recording: .numbered(5))
      _ = try await tags.rename(.numbered(1), to: "b", in: .initial, at: .seconds(8), recording: .numbered(6))
      _ = try await tags.rename(.numbered(9), to: "e", in: .initial, at: .seconds(8), recording: .numbered(7))
      try await storage.expectAudited([1, 2, 5], " after renaming")
      _ = try await tags.delete(.numbered(1), in: .initial, recording: .numbered(8))
      _ = try await tags.delete(.numbered(1), in: .initial, recording: .numbered(9))
      _ = try await tags.delete(.numbered(2), in: other, recording: .numbered(10, in: other))
      try await storage.expectAudited([1, 2, 5, 8], " after deleting")
      try await storage.expectAudited([], in: other)
    },
    ConformanceCheck("a change whose audit entry is refused does not happen") { storage in
      _ = try await storage.tags.create(.numbered(1), in: .initial, recording: .numbered(1))
      try await expectRefusal("the entry's id") {
        _ = try await storage.tags.create(.numbered(2), in: .initial, recording: .numbered(1))
      }
      try expect(try await storage.tags.tag(.numbered(2), in: .initial), is: nil)
      try await expectRefusal("the entry's id") {
        _ = try await storage.tags.delete(.numbered(1), in: .initial, recording: .numbered(1))
      }
      try expect(try await storage.tags.tag(.numbered(1), in: .initial), is: .numbered(1))
    },
  ]
}
