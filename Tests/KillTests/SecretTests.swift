import AMQP
import AsyncHTTPClient
import Foundation
import JobsprintDomain
import JobsprintTesting
import Synchronization
import Testing

extension InstallationTests {
  /// A credential goes through API, database, broker, Redis and worker, and is nowhere in plain. No more are a password
  /// and the API key of all requests; and of what workflows hold and are given, nothing is in the broker and in Redis.
  @Test(.timeLimit(.minutes(3))) func aSecretIsNowhereInPlain() async throws {
    let canary = "canary-5f1d9c0b7e3a"
    let data = (document: "document-2f60c1d8", input: "input-94be07a3")
    let redis = try await TestRedis()
    let folder = FileManager.default.temporaryDirectory.appending(path: "jobsprint-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let installation = try await Installation(
      workers: 1, logs: folder.path,
      more: ["JOBSPRINT_REDIS_URL": redis.url, "JOBSPRINT_TOKEN_KEYS": HandmadeTicket.keyText("tokens")])
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let client = Client(http: http, baseURL: installation.baseURL)
    var answers = ""
    func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
      let answer = try await client.send(method, path, body, key: method == "POST" ? UUID().uuidString : nil)
      try #require((200..<300).contains(answer.status), "\(path): \(answer)")
      answers += answer.body.jsonText
      return answer.body
    }
    let heard = try await Told(installation)
    let secrets: JSONValue = ["secret": .string(canary)]
    let credential = try await send(
      "POST", "/credentials", ["name": "Signer", "type": "jwtAuth", "data": secrets])
    let id = try #require(credential["id"]?.stringValue)
    let workflow = try await send(
      "POST", "/workflows",
      [
        "name": "Signs", "settings": [:],
        "nodes": [
          ["name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1],
          [
            "name": "Sign", "type": "n8n-nodes-base.jwt", "typeVersion": 1,
            "credentials": ["jwtAuth": ["id": .string(id), "name": "Signer"]], "notes": .string(data.document),
          ],
        ],
        "connections": ["Start": ["main": [[["node": "Sign", "type": "main", "index": 0]]]]],
      ])
    let started = try await send(
      "POST", "/workflows/\(workflow["id"]?.stringValue ?? "")/execute?wait=30", ["text": .string(data.input)])
    let execution = try await send("GET", "/executions/\(started["id"]?.stringValue ?? "")?includeData=true")
    #expect(execution["status"] == "success" && execution.jsonText.contains("eyJ"))
    _ = try await send("PATCH", "/credentials/\(id)", ["data": secrets])
    _ = try await send("POST", "/credentials/\(id)/test")
    _ = try await send("GET", "/credentials")
    _ = try await send("GET", "/audit-logs")
    let login = try await client.send("POST", "/auth/login", ["email": "a@example.com", "password": .string(canary)])
    #expect(login.status == 401 && !login.body.jsonText.contains(canary))
    #expect(!answers.contains(canary))
    try await brokerHolds(
      installation, heard, started: started, client: client, nothingOf: [canary, data.document, data.input])
    try await redisHolds(redis, nothingOf: [canary, data.document, data.input], in: folder)
    let dump = try Self.dump(installation.database.address)
    // The same search finds what is there.
    #expect(dump.range(of: Data("credential.used".utf8)) != nil)
    for secret in [canary, ServerProcess.apiKey] {
      #expect(dump.range(of: Data(secret.utf8)) == nil)
      #expect(dump.range(of: Data(Array(secret.utf8).hexadecimalText.utf8)) == nil)
    }
    let logs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "log" }
    #expect(logs.count == 2)
    for log in logs {
      for secret in [canary, ServerProcess.apiKey] {
        #expect(try Data(contentsOf: log).range(of: Data(secret.utf8)) == nil)
      }
    }
    #expect(try await installation.end().allSatisfy { $0 == 0 })
  }

  /// The messages of the broker that are kept lie in its files, also those that were acknowledged just now; the others
  /// are heard on their exchanges.
  private func brokerHolds(
    _ installation: Installation, _ heard: Told, started: JSONValue, client: Client, nothingOf texts: [String]
  ) async throws {
    // A cancellation and a dead letter.
    func start(_ type: String, _ parameters: JSONValue) async throws -> String {
      let workflow = try await client.send(
        "POST", "/workflows",
        [
          "name": .string(type), "settings": ["retryPolicy": ["attempts": 1]],
          "nodes": [
            ["name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1],
            ["name": "Act", "type": .string(type), "typeVersion": 1, "parameters": parameters],
          ],
          "connections": ["Start": ["main": [[["node": "Act", "type": "main", "index": 0]]]]],
        ])
      let id = try #require(workflow.body["id"]?.stringValue, "\(workflow)")
      let made = try await client.send("POST", "/workflows/\(id)/execute", ["text": .string(texts[2])])
      return try #require(made.body["id"]?.stringValue, "\(made)")
    }
    let waiting = try await start("n8n-nodes-base.wait", ["amount": 1, "unit": "hours"])
    let dead = try await start("n8n-nodes-base.stopAndError", ["errorMessage": .string("It failed")])
    try await eventually { try await client.send("GET", "/executions/\(waiting)").body["status"] == "waiting" }
    #expect(try await client.send("POST", "/executions/\(waiting)/stop").status == 200)
    try await heard.hears([waiting, dead])
    for text in texts + [ServerProcess.apiKey] { #expect(!heard.text.contains(text)) }
    let home = try #require(ProcessInfo.processInfo.environment["JOBSPRINT_TEST_RABBITMQ_HOME"])
    let files = try #require(FileManager.default.enumerator(atPath: home + "/data")).compactMap { $0 as? String }
    func found(_ text: String) -> [String] {
      files.filter {
        FileManager.default.contents(atPath: "\(home)/data/\($0)")?.range(of: Data(text.utf8)) != nil
      }
    }
    // The same search finds the message of the execution.
    #expect(!found(try #require(started["id"]?.stringValue)).isEmpty)
    for text in texts + [ServerProcess.apiKey] { #expect(found(text) == []) }
  }

  /// All that Redis has, as it would put it on a disk.
  private func redisHolds(_ redis: TestRedis, nothingOf texts: [String], in folder: URL) async throws {
    try await eventually { try await redis.command("KEYS", "jobsprint:{version:*}").contains("jobsprint:{version:") }
    try await redis.command("CONFIG", "SET", "rdbcompression", "no")
    let file = folder.appending(path: "dump.rdb")
    try await redis.command("--rdb", file.path)
    let dump = try Data(contentsOf: file)
    for name in ["jobsprint:{version:", "jobsprint:versions:recent", "jobsprint:{attempts}:"] {
      #expect(dump.range(of: Data(name.utf8)) != nil, "\(name)")
    }
    for text in texts + [ServerProcess.apiKey] { #expect(dump.range(of: Data(text.utf8)) == nil) }
  }

  /// All of a database as text; what is stored as bytes is hexadecimal in it.
  private static func dump(_ address: String) throws -> Data {
    let finished = try FinishedProgram("/usr/bin/env", ["pg_dump", "--dbname=\(address)"])
    try #require(finished.status == 0)
    return finished.output
  }
}

/// What an installation tells on the exchanges whose messages nobody keeps.
private final class Told: Sendable {
  private final class Text: Sendable {
    let all = Mutex("")
  }

  private let heard = Text()
  private let reading: Task<Void, any Error>

  init(_ installation: Installation) async throws {
    let queue = AMQPTopology.Queue.reply("\(installation.prefix)-told")
    let topology = AMQPTopology(
      queues: [queue],
      bindings: [
        .init(queue: queue.name, exchange: "\(installation.prefix).control", routingKey: ""),
        .init(queue: queue.name, exchange: "\(installation.prefix).dead-letters", routingKey: "#"),
      ])
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    reading = Task { [heard] in
      try await Installation.withBroker { broker in
        try await broker.declare(topology)
        let consumer = AMQPConsumer(broker, queue: queue.name, prefetch: 100)
        isReady.finish()
        while true {
          let deliveries = await consumer.next(upTo: 100)
          if deliveries.isEmpty { return }
          for delivery in deliveries {
            heard.all.withLock { $0 += "\(delivery.properties) \(String(decoding: delivery.body, as: UTF8.self))\n" }
          }
          deliveries.ack()
        }
      }
    }
    for await _ in ready {}
  }

  deinit { reading.cancel() }

  var text: String { heard.all.withLock { $0 } }

  func hears(_ ids: [String]) async throws {
    try await eventually { ids.allSatisfy { self.text.contains($0) } }
  }
}
