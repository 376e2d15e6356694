import AsyncHTTPClient
import JobsprintDomain
import NIOCore
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventStreamTests {
  private static let steps: [(String, String, JSONObject)] = [
    ("Start", "n8n-nodes-base.manualTrigger", [:]), ("Pass", "n8n-nodes-base.noOp", [:]),
  ]

  @Test func anExecutionIsToldFromItsAcceptanceToItsEnd() async throws {
    try await TestServer.running { server in
      let workflow = try await server.store(Self.steps)
      var stream = try await EventReader(server, "/events")
      let execution = try await server.post("/workflows/\(workflow)/execute").id
      var states: [String] = []
      while states.last != "success" {
        let event = try await stream.event()
        #expect(event.name == "execution" && event.id != nil)
        #expect(try event.json["executionId"] == .string(execution))
        states.append(try #require(event.json["status"]?.stringValue))
      }
      #expect(states == ["running", "success"])
    }
  }

  @Test func whoComesBackGetsWhatWasMissedOrHearsThatThereIsAGap() async throws {
    try await TestServer.running { server in
      let workflow = try await server.store(Self.steps)
      var stream = try await EventReader(server, "/events")
      for _ in 0..<3 { _ = try await server.post("/workflows/\(workflow)/execute?wait=30") }
      var seen: [EventReader.Event] = []
      while seen.count < 6 { seen.append(try await stream.event()) }
      var again = try await EventReader(server, "/events", last: seen[1].id)
      for event in seen[2...] { #expect(try await again.event() == event) }
      let unknown = "01a1fcfb-5762-7312-9ebc-fe994fe3f7b9"
      var lost = try await EventReader(server, "/events", last: unknown)
      #expect(try await lost.event().name == "gap")
      #expect(try await server.get("/events", headers: ["Last-Event-ID": "x"]).status == 400)
    }
  }

  @Test func theStreamOfAnExecutionEndsWithIt() async throws {
    try await TestServer.running { server in
      let wait: (String, String, JSONObject) = (
        "Wait", "n8n-nodes-base.wait", ["resume": "timeInterval", "amount": 1, "unit": "hours"]
      )
      let workflow = try await server.store([Self.steps[0], wait])
      let execution = try await server.post("/workflows/\(workflow)/execute").id
      let other = try await server.post("/workflows/\(try await server.store(Self.steps))/execute?wait=30").id
      var stream = try await EventReader(server, "/executions/\(execution)/events")
      #expect(try await stream.event().id == nil)
      _ = try await server.post("/executions/\(execution)/stop")
      var states: [String?] = []
      while let event = try await stream.next() {
        #expect(try event.json["executionId"] == .string(execution))
        states.append(try event.json["status"]?.stringValue)
      }
      #expect(states.last == "canceled")
      // One that has ended is told at once.
      var ended = try await EventReader(server, "/executions/\(other)/events")
      #expect(try await ended.event().json["status"] == "success")
      #expect(try await ended.next() == nil)
      #expect(try await server.get("/executions/01a1fcfb-5762-7312-9ebc-fe994fe3f7b9/events").status == 404)
    }
  }

  @Test func aDeletedKeySeesNoFurtherEventsAfterASecond() async throws {
    try await TestServer.running { server in
      let workflow = try await server.store(Self.steps)
      let made = try await server.post("/api-keys", ["label": "reader", "scopes": ["execution:list"]])
      let key = try #require(made.json["key"]?.stringValue)
      var stream = try await EventReader(server, "/events", key: key)
      let first = try await server.post("/workflows/\(workflow)/execute?wait=30").id
      #expect(try await stream.event().json["executionId"] == .string(first))
      _ = try await server.delete("/api-keys/\(try made.id)")
      let deleted = ContinuousClock.now
      // Executions go on, and its stream ends.
      let traffic = Task {
        while !Task.isCancelled { _ = try await server.post("/workflows/\(workflow)/execute?wait=30") }
      }
      while try await stream.next() != nil {}
      traffic.cancel()
      #expect(ContinuousClock.now - deleted < .seconds(10))
      #expect(try await server.send("GET", "/events", key: key).status == 401)
    }
  }
}

/// Reads a stream event by event.
struct EventReader {
  struct Event: Equatable {
    var id: String?
    var name = ""
    var data = ""

    var json: JSONValue { get throws { try JSONValue(parsing: Array(data.utf8)) } }
  }

  private let pieces: AsyncStream<String>
  private var text = ""

  /// Returns when the stream has begun.
  init(_ server: TestServer, _ path: String, last: String? = nil, key: String = TestServer.apiKey) async throws {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/api/v1\(path)")
    request.headers.add(name: "X-API-Key", value: key)
    if let last { request.headers.add(name: "Last-Event-ID", value: last) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    #expect(response.status == .ok && response.headers["Content-Type"] == ["text/event-stream"])
    let (pieces, pen) = AsyncStream.makeStream(of: String.self)
    Task {
      defer { pen.finish() }
      for try await buffer in response.body { pen.yield(String(buffer: buffer)) }
    }
    self.pieces = pieces
    while !text.contains("\n\n") {
      guard await read() else { return }
    }
    text = String(text[(text.firstRange(of: "\n\n")?.upperBound ?? text.startIndex)...])
  }

  private mutating func read() async -> Bool {
    for await piece in pieces {
      text += piece
      return true
    }
    return false
  }

  /// nil at the end.
  mutating func next() async throws -> Event? {
    while true {
      while let end = text.firstRange(of: "\n\n") {
        let lines = text[..<end.lowerBound].split(separator: "\n")
        text = String(text[end.upperBound...])
        var event = Event()
        for line in lines {
          if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
          if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
          if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
        }
        if !event.name.isEmpty { return event }
      }
      guard await read() else { return nil }
    }
  }

  /// The next one, which has to come.
  mutating func event() async throws -> Event { try #require(try await next()) }
}
