import Testing

@testable import Postgres

/// What needs no server.
@Suite struct PostgresMachineTests {
  @Test func pausesDoubleUpToTheLongestAndAreShortenedByHalfAtMost() {
    var machine = PostgresMachine(preparedStatements: 0, openAt: 0)
    var now: UInt64 = 0
    for longest: UInt64 in [50, 100, 200, 400, 400] {
      #expect(machine.open(now: now) == true)
      let pause = machine.connectFailed(now: now, backoff: 50...400, random: 0.999)
      #expect(pause > longest / 2 - 1 && pause <= longest)
      #expect(machine.phase == .down(until: now + pause))
      #expect(machine.open(now: now + pause - 1) == false)
      now += pause
    }
    #expect(machine.open(now: now) == true)
    machine.connected()
    #expect(machine.isReady && machine.failures == 0)
  }

  @Test func answersGoToTheUnitAtTheHead() {
    var machine = PostgresMachine(preparedStatements: 0, openAt: 0)
    _ = machine.open(now: 0)
    machine.connected()
    let units = ["first", "second"].map { name in
      PostgresUnit(.work, [PostgresCommand(name: name, sql: "")], name: name, limit: 0)
    }
    for unit in units { machine.sent(.unit(unit)) }
    var refused = PostgresError(.server, "no")
    refused.severity = "ERROR"
    _ = machine.received(.error(refused, routine: nil))
    _ = machine.received(.commandEnd)
    guard case .finished(let first) = machine.received(.sync) else {
      Issue.record("the first unit isn't finished")
      return
    }
    #expect(first === units[0] && first.error?.statement == "first")
    #expect(machine.head === units[1] && units[1].error == nil && machine.depth == 1)
    #expect(machine.lost(now: 0, pause: 1).first === units[1])
    #expect(machine.depth == 0 && machine.phase == .down(until: 1))
  }

  @Test func theLongestUnusedStatementMakesRoom() {
    var cache = PostgresStatementCache(capacity: 2)
    let one = cache.insert("one").name
    let two = cache.insert("two").name
    #expect(cache.find("one") == one)
    #expect(cache.insert("three").evicted == two)
    #expect(cache.find("two") == nil && cache.find("one") == one)
  }

  @Test func percentilesAreExactToAnEighth() {
    var histogram = PostgresHistogram()
    #expect(histogram.p50 == 0)
    for value: UInt64 in 1...10_000 { histogram.record(value) }
    for (share, exact) in [(0.5, 5000.0), (0.95, 9500), (0.99, 9900)] {
      let found = Double(histogram.percentile(share))
      #expect(found >= exact && found <= exact * 1.125)
    }
  }

  @Test func whatIsExpectedToBeSlowIsNotJoined() {
    var metrics = PostgresMetrics()
    #expect(!metrics.isKnown("quick", within: 5))
    metrics.expect("quick", nanoseconds: 4)
    #expect(metrics.isKnown("quick", within: 5))
    metrics.expect("quick", nanoseconds: 100)
    #expect(!metrics.isKnown("quick", within: 5))
    for _ in 0..<50 { metrics.expect("quick", nanoseconds: 0) }
    #expect(metrics.isKnown("quick", within: 20))
    metrics.expect(PostgresCommand.unnamed, nanoseconds: 1)
    #expect(!metrics.isKnown(PostgresCommand.unnamed, within: 5))
  }
}
