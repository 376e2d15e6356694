import JobsprintDomain
public import JobsprintPorts

/// What every ``PendingSignIns`` promises. (That it ends by itself depends on the clock: the tests of each.)
public enum PendingSignInConformance {
  public static let checks: [ConformanceCheck<any PendingSignIns>] = [
    ConformanceCheck("what was kept is taken once") { pending in
      let value = Array("\u{0} é".utf8)
      await pending.keep(value, under: "a", for: .seconds(600))
      await pending.keep([], under: "b", for: .seconds(600))
      try expect(await pending.take("c"), is: nil)
      try expect(await pending.take("a"), is: value)
      try expect(await pending.take("a"), is: nil)
      try expect(await pending.take("b"), is: [])
    },
    ConformanceCheck("of many that take one thing at once one gets it") { pending in
      await pending.keep([1], under: "a", for: .seconds(600))
      let taken = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<20 { group.addTask { await pending.take("a") != nil } }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      try expect(taken, is: 1)
    },
  ]
}
