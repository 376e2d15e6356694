public import JobsprintDomain
public import JobsprintPorts

/// What every ``VariableStore`` promises.
public enum VariableStoreConformance {
  private static let other = WorkspaceID.numbered(77)

  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a created variable is in its workspace only") { storage in
      let variable = Variable.numbered(1, value: "\u{0} é")
      try expect(try await storage.variables.create(variable, in: .initial, recording: .noted()), is: .created)
      try expect(try await storage.variables.current(in: .initial), is: [variable])
      try expect(try await storage.variables.current(in: other), is: [])
    },
    ConformanceCheck("a key is taken once in each workspace") { storage in
      _ = try await storage.variables.create(.numbered(1, key: "a"), in: .initial, recording: .noted())
      try expect(
        try await storage.variables.create(
          .numbered(2, key: "a"), in: .initial, recording: .noted(idempotency: .of("key"))), is: .nameTaken)
      try expect(try await storage.idempotency.record(of: "key", in: .initial), is: nil)
      try expect(
        try await storage.variables.create(.numbered(3, key: "A"), in: .initial, recording: .noted()), is: .created)
      try expect(
        try await storage.variables.create(.numbered(4, key: "a"), in: other, recording: .noted(in: other)),
        is: .created)
      try expect(try await storage.variables.current(in: .initial).map(\.id), is: [.numbered(1), .numbered(3)])
    },
    ConformanceCheck("a used idempotency key is replayed, also where the key is taken by then") { storage in
      let kept = IdempotencyRecord.of("key")
      _ = try await storage.variables.create(
        .numbered(1, key: "a"), in: .initial, recording: .noted(idempotency: kept))
      try expect(
        try await storage.variables.create(
          .numbered(2, key: "a"), in: .initial, recording: .noted(idempotency: .of("key", response: "b"))),
        is: .replayed(kept))
    },
    ConformanceCheck("a workspace has no more than it may, and a used idempotency key is replayed all the same") {
      storage in
      let variables = storage.variables
      let kept = IdempotencyRecord.of("key")
      _ = try await variables.create(.numbered(9), in: other, recording: .noted(in: other))
      for (number, record) in [(1, ChangeRecord.noted()), (2, .noted(idempotency: kept))] {
        let variable = Variable.numbered(number, key: "k\(number)")
        try expect(try await variables.create(variable, in: .initial, most: 2, recording: record), is: .created)
      }
      try expect(
        try await variables.create(
          .numbered(3, key: "c"), in: .initial, most: 2, recording: .noted(idempotency: .of("new"))), is: nil)
      try expect(try await storage.idempotency.record(of: "new", in: .initial), is: nil)
      try expect(
        try await variables.create(
          .numbered(4, key: "d"), in: .initial, most: 2, recording: .noted(idempotency: .of("key", response: "b"))),
        is: .replayed(kept))
      try expect(try await variables.current(in: .initial).count, is: 2)
    },
    ConformanceCheck("a variable gets another key and value unless the key is another's") { storage in
      _ = try await storage.variables.create(.numbered(1, key: "a"), in: .initial, recording: .noted())
      _ = try await storage.variables.create(.numbered(2, key: "b"), in: .initial, recording: .noted())
      let changed = Variable(
        id: .numbered(1), key: "c", value: "new", createdAt: .seconds(1), updatedAt: .seconds(8))
      try expect(try await storage.update(1, key: "c", value: "new"), is: .updated(changed))
      try expect(try await storage.update(1, key: "c", value: "newer"), is: .updated(changed.with(value: "newer")))
      try expect(try await storage.update(1, key: "b", value: "x"), is: .nameTaken)
      try expect(try await storage.update(1, key: "x", value: "x", in: other), is: .notFound)
      try expect(try await storage.update(9, key: "x", value: "x"), is: .notFound)
      try expect(
        try await storage.variables.current(in: .initial), is: [changed.with(value: "newer"), .numbered(2, key: "b")])
    },
    ConformanceCheck("a deleted variable is gone, and only in its workspace") { storage in
      _ = try await storage.variables.create(.numbered(1), in: .initial, recording: .noted())
      try expect(try await storage.variables.delete(.numbered(1), in: other, recording: .noted(in: other)), is: nil)
      try expect(
        try await storage.variables.delete(.numbered(1), in: .initial, recording: .noted()), is: .numbered(1))
      try expect(try await storage.variables.delete(.numbered(1), in: .initial, recording: .noted()), is: nil)
      try expect(try await storage.variables.current(in: .initial), is: [])
    },
    ConformanceCheck("variables are listed oldest first, all or the empty ones") { storage in
      for number in [3, 1, 4, 2] {
        let variable = Variable.numbered(number, value: number > 2 ? "" : "value")
        _ = try await storage.variables.create(variable, in: .initial, recording: .noted())
      }
      _ = try await storage.variables.create(.numbered(5), in: other, recording: .noted(in: other))
      let first = try await storage.variables.variables(
        in: .initial, onlyEmpty: false, page: PageRequest(limit: 3))
      try expect(first.elements.map(\.id), is: [.numbered(1), .numbered(2), .numbered(3)])
      try expect(first.hasMore, is: true)
      let second = try await storage.variables.variables(
        in: .initial, onlyEmpty: false, page: PageRequest(after: .numbered(3), limit: 3))
      try expect(second.elements.map(\.id), is: [.numbered(4)])
      try expect(second.hasMore, is: false)
      let empty = try await storage.variables.variables(
        in: .initial, onlyEmpty: true, page: PageRequest(after: .numbered(3), limit: 3))
      try expect(empty.elements.map(\.id), is: [.numbered(4)])
    },
    ConformanceCheck("each change leaves one audit entry, and what does not happen leaves none") { storage in
      let variables = storage.variables
      _ = try await variables.create(.numbered(1, key: "a"), in: .initial, recording: .numbered(1))
      _ = try await variables.create(.numbered(2, key: "b"), in: .initial, recording: .numbered(2))
      _ = try await variables.create(.numbered(3, key: "a"), in: .initial, recording: .numbered(3))
      for (number, id, key) in [(4, 1, "c"), (5, 1, "b"), (6, 9, "d")] {
        _ = try await variables.update(
          .numbered(id), key: key, value: "", in: .initial, at: .seconds(8), recording: .numbered(number))
      }
      _ = try await variables.delete(.numbered(1), in: .initial, recording: .numbered(7))
      _ = try await variables.delete(.numbered(1), in: .initial, recording: .numbered(8))
      try await storage.expectAudited([1, 2, 4, 7])
    },
    ConformanceCheck("a change whose audit entry is refused does not happen") { storage in
      _ = try await storage.variables.create(.numbered(1), in: .initial, recording: .numbered(1))
      try await expectRefusal("the entry's id") {
        _ = try await storage.variables.create(.numbered(2), in: .initial, recording: .numbered(1))
      }
      try await expectRefusal("the entry's id") {
        _ = try await storage.variables.update(
          .numbered(1), key: "x", value: "x", in: .initial, at: .seconds(8), recording: .numbered(1))
      }
      try await expectRefusal("the entry's id") {
        _ = try await storage.variables.delete(.numbered(1), in: .initial, recording: .numbered(1))
      }
      try expect(try await storage.variables.current(in: .initial), is: [.numbered(1)])
    },
  ]
}

extension Variable {
  fileprivate func with(value: String) -> Variable {
    var changed = self
    changed.value = value
    return changed
  }
}

extension StorageUnderTest {
  fileprivate func update(
    _ id: Int, key: String, value: String, in workspace: WorkspaceID = .initial
  ) async throws -> UpdateOutcome<Variable> {
    try await variables.update(
      .numbered(id), key: key, value: value, in: workspace, at: .seconds(8), recording: .noted(in: workspace))
  }
}

extension VariableStore {
  /// Into a workspace that may have any number.
  public func create(
    _ variable: Variable, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> CreateOutcome? {
    try await create(variable, in: workspace, most: .max, recording: record)
  }
}
