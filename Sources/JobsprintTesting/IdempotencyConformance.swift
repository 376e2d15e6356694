import JobsprintDomain
import JobsprintPorts

/// What every ``IdempotencyStore`` promises.
public enum IdempotencyConformance {
  public static let checks: [ConformanceCheck<StorageUnderTest>] = [
    ConformanceCheck("a kept record is found by its key, byte by byte, in its workspace") { storage in
      let record = IdempotencyRecord.of("caf\u{E9}", at: .seconds(3), status: 201, response: "\u{0}answer")
      _ = try await storage.journal.commit([.accept(.numbered(1, idempotency: record))])
      try expect(try await storage.idempotency.record(of: "caf\u{E9}", in: .initial), is: record)
      try expect(try await storage.idempotency.record(of: "cafe\u{301}", in: .initial), is: nil)
      try expect(try await storage.idempotency.record(of: "caf\u{E9}", in: .numbered(7)), is: nil)
      try expect(try await storage.idempotency.record(of: "", in: .initial), is: nil)
    },
    ConformanceCheck("old records are forgotten, oldest first, no more than asked for") { storage in
      _ = try await storage.journal.commit(
        (1...5).map { .accept(.numbered($0, idempotency: .of("\($0)", at: .seconds(Int64($0))))) })
      try expect(try await storage.idempotency.forget(before: .seconds(4), limit: 2), is: 2)
      try expect(try await storage.idempotency.record(of: "2", in: .initial), is: nil)
      try expect(try await storage.idempotency.forget(before: .seconds(4), limit: 2), is: 1)
      try expect(try await storage.idempotency.forget(before: .seconds(4), limit: 2), is: 0)
      _ = try required(try await storage.idempotency.record(of: "4", in: .initial))
    },
    ConformanceCheck("of many that keep a record for one key, one does, and the others get its record") { storage in
      let kept = try await withThrowingTaskGroup(of: IdempotencyRecord?.self) { group in
        for number in 1...8 {
          group.addTask { try await storage.idempotency.keep(.of("key", response: "\(number)")) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let record = try required(try await storage.idempotency.record(of: "key", in: .initial))
      try expect(kept.count { $0 == nil }, is: 1)
      try expect(Set(kept.compactMap(\.self)), is: [record])
      try expect(
        try await storage.idempotency.keep(.of("key", in: .numbered(77), response: "of another workspace")), is: nil)
    },
    ConformanceCheck("a forgotten key can be used again") { storage in
      _ = try await storage.journal.commit([.accept(.numbered(1, idempotency: .of("key")))])
      _ = try await storage.idempotency.forget(before: .seconds(1), limit: 10)
      try expect(
        try await storage.journal.commit([.accept(.numbered(2, idempotency: .of("key")))]), is: [.committed])
    },
  ]
}
