public import JobsprintPorts

/// Locks, and how to let time pass for them.
public struct LocksUnderTest: Sendable {
  let locks: any LockService
  /// Does nothing where time passes by itself.
  let pass: @Sendable (Duration) async -> Void

  public init(locks: any LockService, pass: @escaping @Sendable (Duration) async -> Void) {
    self.locks = locks
    self.pass = pass
  }
}

/// What every ``LockService`` promises.
public enum LockConformance {
  private static let long: Duration = .seconds(600)
  private static let short: Duration = .milliseconds(30)

  /// A name that no other check has.
  private static func name() -> String { "test-\(UInt64.random(in: 0 ... .max))" }

  /// One more holder, as soon as the last one's time is over.
  private static func next(_ name: String, _ tested: LocksUnderTest) async throws -> HeldLock {
    var held: HeldLock?
    await tested.pass(short)
    try await eventually {
      held = await tested.locks.acquire(name, for: long)
      return held != nil
    }
    return try required(held, "a lock whose time was over")
  }

  public static let checks: [ConformanceCheck<LocksUnderTest>] = [
    ConformanceCheck("of many that want a lock, one gets it") { tested in
      let name = name()
      let held = await withTaskGroup(of: HeldLock?.self) { group in
        for _ in 0..<20 { group.addTask { await tested.locks.acquire(name, for: long) } }
        return await group.reduce(into: [HeldLock]()) { if let lock = $1 { $0.append(lock) } }
      }
      try expect(held.count, is: 1)
      _ = try required(await tested.locks.acquire(Self.name(), for: long), "a lock of another name")
    },
    ConformanceCheck("what is released is another's at once, with a higher number") { tested in
      let name = name()
      var fences: [Int] = []
      for _ in 0..<5 {
        let lock = try required(await tested.locks.acquire(name, for: long))
        fences.append(lock.fence)
        await tested.locks.release(lock)
      }
      try expect(fences, is: Array(Set(fences)).sorted())
    },
    ConformanceCheck("a lock that is not renewed ends, and its holder can neither renew nor release the next one's") {
      tested in
      let name = name()
      let first = try required(await tested.locks.acquire(name, for: short))
      let second = try await next(name, tested)
      try expect(second.fence > first.fence, "the next holder has a higher number")
      try expect(await tested.locks.renew(first, for: long), is: false)
      await tested.locks.release(first)
      try expect(await tested.locks.acquire(name, for: long), is: nil)
      try expect(await tested.locks.renew(second, for: long), is: true)
    },
    ConformanceCheck("a lock that is renewed lasts") { tested in
      let name = name()
      let lock = try required(await tested.locks.acquire(name, for: .seconds(5)))
      try expect(await tested.locks.renew(lock, for: long), is: true)
      await tested.pass(.seconds(10))
      try expect(await tested.locks.renew(lock, for: long), is: true)
      try expect(await tested.locks.acquire(name, for: long), is: nil)
    },
    ConformanceCheck("a lock that is released can't be renewed") { tested in
      let lock = try required(await tested.locks.acquire(name(), for: long))
      await tested.locks.release(lock)
      try expect(await tested.locks.renew(lock, for: long), is: false)
    },
  ]
}
