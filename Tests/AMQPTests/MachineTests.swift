import Testing

@testable import AMQP

@Suite struct AMQPMachineTests {
  /// The macro takes no calls that change something.
  private func expect(_ value: Bool, _ location: SourceLocation = #_sourceLocation) {
    #expect(value, sourceLocation: location)
  }

  @Test func aConnectionsLife() {
    var machine = AMQPConnectionMachine(openAt: 0)
    expect(machine.open(now: 1, limit: 10))
    #expect(machine.phase == .connecting && machine.deadline == 11)
    expect(!machine.open(now: 2, limit: 10))
    expect(machine.lost(now: 5, backoff: 100...400, random: 0) == 100)
    // It comes too late.
    expect(!machine.connected(attempt: 1, now: 6, limit: 10))
    expect(!machine.open(now: 104, limit: 10))
    expect(machine.open(now: 105, limit: 10))
    // It's of the attempt before.
    expect(!machine.connected(attempt: 1, now: 106, limit: 10))
    expect(machine.lost(now: 107, backoff: 100...400, random: 0.999) == 101)
    expect(machine.open(now: 300, limit: 10))
    expect(machine.connected(attempt: 3, now: 301, limit: 10))
    #expect(machine.phase == .preparing && !machine.canPublish)
    expect(machine.lost(now: 302, backoff: 100...400, random: 0) == 400)
    expect(machine.lost(now: 303, backoff: 100...400, random: 0) == nil)
    expect(machine.open(now: 900, limit: 10))
    expect(machine.connected(attempt: 4, now: 901, limit: 10))
    machine.prepared()
    #expect(machine.phase == .ready && machine.failures == 0 && machine.deadline == .max)
    machine.close(now: 1000, limit: 50)
    #expect(machine.phase == .draining && machine.deadline == 1050 && machine.canPublish)
    machine.drained(now: 1010, limit: 5)
    #expect(machine.phase == .closing && machine.deadline == 1015)
    expect(machine.lost(now: 1011, backoff: 100...400, random: 0) == nil)
    #expect(machine.phase == .ended)
  }

  @Test func aLanesLife() {
    var machine = AMQPLaneMachine()
    expect(machine.open(answers: 2, now: 0, limit: 10))
    machine.answered()
    #expect(machine.state == .opening && machine.epoch == 1)
    machine.answered()
    #expect(machine.state == .open && machine.deadline == .max)
    machine.channelClosed(now: 100, backoff: 5...20)
    #expect(machine.state == .pausing && machine.deadline == 105)
    expect(!machine.wake(now: 104))
    expect(machine.wake(now: 105))
    expect(machine.open(answers: 1, now: 110, limit: 10))
    machine.answered()
    expect(machine.leave(now: 120, limit: 10))
    #expect(machine.state == .leaving && machine.epoch == 2)
    machine.connectionLost()
    #expect(machine.state == .closed)
    expect(machine.open(answers: 1, now: 130, limit: 10))
    machine.answered()
    expect(machine.stop(now: 140, limit: 10))
    #expect(machine.state == .stopping && machine.hasChannel)
    machine.stopped()
    machine.connectionLost()
    #expect(machine.state == .stopped)
    expect(!machine.open(answers: 1, now: 150, limit: 10))
  }

  private func settle(
    _ confirms: inout AMQPConfirms<String>, _ tag: UInt64, multiple: Bool = false, accepted: Bool = true
  ) -> [String] {
    var settled: [String] = []
    confirms.settled(tag: tag, multiple: multiple, accepted: accepted) { owner, index, outcome in
      settled.append("\(owner)\(index) \(outcome)")
    }
    return settled
  }

  @Test func confirmsInAnyOrder() {
    var confirms = AMQPConfirms<String>()
    for index in 0..<5 { confirms.sent("a", index: index) }
    #expect(confirms.nextTag == 6 && confirms.inFlight == 5)
    expect(settle(&confirms, 3) == ["a2 confirmed"])
    // Twice, or never sent.
    expect(settle(&confirms, 3).isEmpty)
    expect(settle(&confirms, 9).isEmpty)
    expect(settle(&confirms, 0).isEmpty)
    confirms.returned(tag: 2, code: 312, text: "NO_ROUTE")
    expect(
      settle(&confirms, 4, multiple: true)
        == ["a0 confirmed", "a1 \(AMQPConfirms<String>.Outcome.returned(code: 312, text: "NO_ROUTE"))", "a3 confirmed"])
    confirms.sent("b", index: 0)
    #expect(confirms.nextTag == 7 && confirms.inFlight == 2)
    expect(settle(&confirms, 5, accepted: false) == ["a4 nacked"])
    expect(settle(&confirms, 0, multiple: true) == ["b0 confirmed"])
    #expect(confirms.inFlight == 0)
    confirms.reset()
    #expect(confirms.nextTag == 1)
  }

  @Test func acknowledgementsAreTakenTogether() {
    var settlements = AMQPSettlements()
    for tag in UInt64(1)...10 { settlements.delivered(tag: tag) }
    expect(settlements.acknowledge(tag: 2, multiple: false) == 1)
    expect(settlements.acknowledge(tag: 2, multiple: false) == 0)
    expect(settlements.acknowledge(tag: 1, multiple: false) == 1)
    expect(settlements.acknowledge(tag: 5, multiple: false) == 1)
    expect(
      "\(settlements.flush())"
        == "[AMQP.AMQPCommand.ack(tag: 2, multiple: true), AMQP.AMQPCommand.ack(tag: 5, multiple: false)]")
    expect(settlements.flush().isEmpty)
    expect(settlements.reject(tag: 3))
    expect(!settlements.reject(tag: 3))
    expect(!settlements.reject(tag: 5))
    expect(settlements.acknowledge(tag: 7, multiple: true) == 3)
    expect("\(settlements.flush())" == "[AMQP.AMQPCommand.ack(tag: 7, multiple: true)]")
    expect(settlements.acknowledge(tag: 8, multiple: false) == 1)
    expect("\(settlements.flush())" == "[AMQP.AMQPCommand.ack(tag: 8, multiple: false)]")
    expect(settlements.acknowledge(tag: 99, multiple: true) == 0)
  }

  @Test func addresses() throws {
    let plain = try AMQPOptions("amqp://rabbit")
    #expect(plain.hosts == [.init(name: "rabbit", port: 5672)] && plain.user == "guest" && plain.tls == nil)
    #expect(plain.virtualHost == "/")
    let full = try AMQPOptions(
      "amqps://us%40er:p%3Aw%2F@[::1]:7,b/v%2Fh?cacertfile=/ca.pem&verify=verify_none&heartbeat=5&connection_timeout=1500"
    )
    #expect(full.hosts == [.init(name: "::1", port: 7), .init(name: "b", port: 5671)])
    #expect(full.user == "us@er" && full.password == "p:w/" && full.virtualHost == "v/h")
    #expect(full.tls?.authorities == "/ca.pem" && full.tls?.verifiesPeer == false)
    #expect(full.heartbeat == .seconds(5) && full.connectLimit == .milliseconds(1500))
    for url in [
      "", "http://a", "amqp://", "amqp://a:0", "amqp://a:b", "amqp://u:secret@", "amqp://a/%zz", "amqp://a?secret=1",
      "amqp://a?heartbeat=0", "amqp://a/%00",
    ] {
      #expect(throws: AMQPError.self, "\(url)") { try AMQPOptions(url) }
    }
    var printed = ""
    dump(try AMQPOptions("amqps://u:sesame@h/v"), to: &printed)
    printed += "\(try AMQPOptions("amqps://u:sesame@h/v"))"
    #expect(!printed.contains("sesame") && printed.contains("amqps://u@h:5671/v"), "\(printed)")
    do { _ = try AMQPOptions("amqp://u:sesame@h:x") } catch { #expect(!"\(error)".contains("sesame")) }
  }
}
