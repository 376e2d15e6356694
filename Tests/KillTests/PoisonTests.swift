// Messages and workflows that nobody should send: what can be done is done beside them, and what can't leaves a dead
// letter or goes into the quarantine, and nothing else does.

import AMQP
import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Testing

extension InstallationTests {
  @Test(.timeLimit(.minutes(3))) func foreignMessagesTouchNoExecution() async throws {
    try await PoisonScene.run { scene in
      let now = Int64(Date.now.timeIntervalSince1970)
      let (known, unknown) = (try await scene.ended([.manual]), ExecutionID.numbered(4711))
      func ticket(for execution: ExecutionID, issued: Int64? = nil, secret: Character = "a") -> String {
        var ticket = HandmadeTicket(issued: issued ?? now)
        ticket.key = Installation.ticketKey
        ticket.secret = secret
        ticket.execution = execution
        return ticket.text
      }
      try await scene.publish([
        Array("no JSON".utf8), [0, 0xFF],
        scene.message(known, ticket(for: known, secret: "b")),
        scene.message(known, ticket(for: unknown)),
        // Ours, for what does not exist or has ended: they are answered, the one that is too old once it was issued
        // again.
        scene.message(unknown, ticket(for: unknown)), scene.message(known, ticket(for: known)),
        scene.message(unknown, ticket(for: unknown, issued: now - 86_400)),
      ])
      try await eventually {
        try await scene.clock.sleep(for: .milliseconds(100))
        return try await scene.count("jobsprint_wake_ups_idle_total") >= 3
      }
      #expect(try await scene.count("jobsprint_rabbitmq_quarantined_total") == 4)
      #expect(try await scene.count("jobsprint_rabbitmq_expired_total") == 1)
      try await eventually { try await scene.quarantined() == 4 }
      #expect(try await scene.deadLetters() == [:])
      #expect(try await scene.status(of: known) == "success")
    }
  }

  @Test(.timeLimit(.minutes(3))) func poisonHarmsNothingBesideIt() async throws {
    // Workers that lack a node type which the API knows.
    try await PoisonScene.run(workers: ["JOBSPRINT_TEST_NODES": nil]) { scene in
      let zero = try await scene.start([.manual, .keep], ["text": "a\u{0}b"])
      let loop = try await scene.start(
        [.manual, .code("while (true) {}")], settings: ["executionTimeout": 3])
      let large = try await scene.start([.manual, .code("return [{ json: { text: 'x'.repeat(50 << 20) } }]")])
      let unknown = try await scene.start([.manual, .trap])
      let innocent = try await scene.start([.manual, .keep])
      #expect(try await scene.end(of: innocent) == "success")
      #expect(try await scene.end(of: zero) == "success")
      let kept = try await scene.get("/executions/\(zero)?includeData=true")
      let item = kept["data"]?["resultData"]?["runData"]?["1"]?[0]?["data"]?["main"]?[0]?[0]
      #expect(item?["json"]?["text"] == "a\u{0}b")
      #expect(try await scene.end(of: loop) == "canceled")
      let how = try await scene.end(of: large)
      #expect(how == "success" || how == "error")
      #expect(try await scene.end(of: unknown) == "crashed")
      #expect(try await scene.deadLetters() == [unknown: "cannot_run"])
      let dead = scene.installation.workers.filter { !$0.process.isRunning }
      #expect(dead.isEmpty)
    }
  }

  /// It takes a worker with it 21 times: about two minutes.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["JOBSPRINT_CHAOS_MINUTES"] != nil), .timeLimit(.minutes(10)))
  func whatKillsItsWorkersIsGivenUp() async throws {
    try await PoisonScene.run { scene in
      let trap = try await scene.start([.manual, .trap])
      var innocents: [ExecutionID] = []
      var status = try await scene.status(of: trap)
      while status == "new" || status == "running" {
        if try await scene.installation.replaceTheDead() > 0 {
          innocents.append(try await scene.start([.manual, .keep]))
        }
        try await scene.clock.sleep(for: .milliseconds(100))
        status = try await scene.status(of: trap)
      }
      #expect(status == "crashed")
      for innocent in innocents { #expect(try await scene.end(of: innocent) == "success") }
      #expect(innocents.count > 5)
      #expect(try await scene.deadLetters() == [trap: "crashed_repeatedly"])
    }
  }
}

/// An installation of two workers, and what is done to it.
struct PoisonScene: Sendable {
  enum Step: Sendable {
    case manual, keep, trap
    case code(String)
  }

  let installation: Installation
  let http: HTTPClient
  let clock = MachineClock()

  /// - Parameter workers: of their environment.
  static func run(workers more: [String: String?] = [:], _ body: (PoisonScene) async throws -> Void) async throws {
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let installation = try await Installation(workers: 0)
    do {
      for _ in 0..<2 { try await installation.addWorker(more) }
      try await body(PoisonScene(installation: installation, http: http))
    } catch {
      try? await installation.kill()
      throw error
    }
    #expect(try await installation.end().allSatisfy { $0 == 0 })
  }

  private var client: Client { Client(http: http, baseURL: installation.baseURL) }

  // MARK: Executions

  /// A chain of nodes whose names are their places.
  func start(_ steps: [Step], _ input: JSONValue = [:], settings: JSONValue = [:]) async throws -> ExecutionID {
    let nodes = steps.enumerated().map { place, step in
      let (type, version, parameters): (JSONValue, JSONValue, JSONValue) =
        switch step {
        case .manual: ("n8n-nodes-base.manualTrigger", 1, [:])
        case .keep: ("n8n-nodes-base.noOp", 1, [:])
        case .trap: ("jobsprint.testTrap", 1, [:])
        case .code(let source): ("n8n-nodes-base.code", 2, ["jsCode": .string(source)])
        }
      return ["name": .string("\(place)"), "type": type, "typeVersion": version, "parameters": parameters] as JSONValue
    }
    let connections = (1..<steps.count).map { place in
      ("\(place - 1)", ["main": [[["node": .string("\(place)"), "type": "main", "index": 0]]]] as JSONValue)
    }
    let created = try await client.send(
      "POST", "/workflows",
      [
        "name": "Poison", "nodes": .array(nodes), "connections": .object(JSONObject(connections)), "settings": settings,
      ])
    let workflow = try #require(created.body["id"]?.stringValue, "\(created)")
    let started = try await client.send("POST", "/workflows/\(workflow)/execute", input)
    return try #require(started.body["id"]?.stringValue.flatMap { ExecutionID($0) }, "\(started)")
  }

  func get(_ path: String) async throws -> JSONValue { try await client.send("GET", path).body }

  func status(of execution: ExecutionID) async throws -> String? {
    try await get("/executions/\(execution)")["status"]?.stringValue
  }

  func end(of execution: ExecutionID) async throws -> String? {
    try await get("/executions/\(execution)?wait=30")["status"]?.stringValue
  }

  /// One that has succeeded.
  func ended(_ steps: [Step]) async throws -> ExecutionID {
    let id = try await start(steps)
    #expect(try await end(of: id) == "success")
    return id
  }

  /// Reasons by execution.
  func deadLetters() async throws -> [ExecutionID: String] {
    var found: [ExecutionID: String] = [:]
    for letter in try await client.all("/dead-letters?status=all") {
      let id = try #require(letter["executionId"]?.stringValue.flatMap { ExecutionID($0) }, "\(letter)")
      found[id] = letter["reason"]?.stringValue
    }
    return found
  }

  // MARK: Messages

  func message(_ execution: ExecutionID, _ ticket: String) -> [UInt8] {
    let value: JSONValue = [
      "execution": .string("\(execution)"), "workspace": .string("\(WorkspaceID.initial)"), "lane": "normal",
      "ticket": .string(ticket),
    ]
    return value.jsonBytes
  }

  func publish(_ bodies: [[UInt8]]) async throws {
    try await Installation.withBroker { broker in
      try await AMQPPublisher(broker).publish(
        bodies.map { AMQPMessage(routingKey: installation.queue(of: .normal), body: $0) })
    }
  }

  func quarantined() async throws -> Int {
    try await Installation.withBroker { try await $0.messageCount(of: installation.quarantine) }
  }

  /// A counter, over all workers.
  func count(_ metric: String) async throws -> Int {
    var sum = 0.0
    for worker in installation.workers { sum += try await Metrics(of: worker, http: http)[metric] }
    return Int(sum)
  }
}
