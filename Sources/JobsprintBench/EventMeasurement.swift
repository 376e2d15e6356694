// A thousand clients that listen to a workspace's events, on one server over a folder: what each takes of its memory,
// and how long after its request an execution's end has reached every one of them.

import Foundation
import JobsprintDomain
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

enum EventMeasurement {
  private static let clients = 1000
  private static let executions = 40
  /// Between two: an execution is some thousand messages.
  private static let pause: Duration = .milliseconds(250)

  static func figures(_ context: BenchContext) async throws -> [Figure] {
    let server = try await MeasuredServer(executable: context.executable, folder: context.folder)
    defer { server.stop() }
    let load = try await LoadGenerator.open(server, connections: 1)
    // What the first ones take is not the clients'.
    _ = try await load.closedLoop(until: .now + .seconds(1))
    let before = server.residentMemory
    let arrivals = EventArrivals()
    let group = MultiThreadedEventLoopGroup.singleton.next()
    var listeners: [any Channel] = []
    for _ in 0..<clients { listeners.append(try await listen(server.port, on: group, arrivals)) }
    try await arrivals.openings(clients)
    let memory = (server.residentMemory - before) / Double(clients) * 1000
    arrivals.clear()
    var begun: [String: ContinuousClock.Instant] = [:]
    for number in 0..<executions {
      let begin = ContinuousClock.now
      let answer = try await load.connections[0].post("/workflows/\(load.workflow)/execute", E3.body(number: number))
      guard let id = try JSONValue(parsing: answer.body)["id"]?.stringValue else {
        throw BenchError(description: "an execution was answered with \(answer.status)")
      }
      begun[id] = begin
      try await Task.sleep(for: pause)
    }
    let ends = try await arrivals.ends(clients * executions)
    for listener in listeners { try await listener.close() }
    try await load.close()
    let latencies = ends.compactMap { id, time in begun[id].map { time - $0 } }
    guard latencies.count == clients * executions else {
      throw BenchError(description: "\(latencies.count) of \(clients * executions) events arrived")
    }
    return [Figure("memory of a client that listens", memory, "KB", against: "\(clients) clients")]
      + Percentiles(latencies).figures("POST to its end at a client", aims: [0.99: "aim: 50 or less"])
  }

  private static func listen(
    _ port: Int, on group: any EventLoopGroup, _ arrivals: EventArrivals
  ) async throws -> any Channel {
    let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.pipeline.syncOperations.addHandler(EventReader(arrivals))
      }
    }.connect(host: "127.0.0.1", port: port).get()
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/api/v1/events")
    head.headers.add(name: "host", value: "127.0.0.1:\(port)")
    head.headers.add(name: "x-api-key", value: MeasuredServer.apiKey)
    try await channel.writeAndFlush(HTTPClientRequestPart.head(head))
    try await channel.writeAndFlush(HTTPClientRequestPart.end(nil))
    return channel
  }
}

/// What all listeners have heard.
private final class EventArrivals: Sendable {
  private struct State {
    var openings = 0
    var ends: [(id: String, time: ContinuousClock.Instant)] = []
  }

  private static let limit: Duration = .seconds(30)
  private let state = Mutex(State())

  func open() { state.withLock { $0.openings += 1 } }

  func end(of id: String) {
    let now = ContinuousClock.now
    state.withLock { $0.ends.append((id, now)) }
  }

  func clear() { state.withLock { $0.ends = [] } }

  func openings(_ count: Int) async throws {
    try await wait("\(count) streams") { $0.openings >= count }
  }

  func ends(_ count: Int) async throws -> [(id: String, time: ContinuousClock.Instant)] {
    try await wait("\(count) events") { $0.ends.count >= count }
    return state.withLock(\.ends)
  }

  private func wait(_ what: String, until isThere: (borrowing State) -> Bool) async throws {
    let end = ContinuousClock.now + Self.limit
    while !state.withLock({ isThere($0) }) {
      guard ContinuousClock.now < end else { throw BenchError(description: "waited in vain for \(what)") }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}

/// Reads one stream. Lives on its channel's event loop.
private final class EventReader: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let arrivals: EventArrivals
  /// Of a line that is not whole yet.
  private var line: [UInt8] = []
  private var isOpen = false

  init(_ arrivals: EventArrivals) { self.arrivals = arrivals }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .body(let part) = unwrapInboundIn(data) else { return }
    if !isOpen {
      isOpen = true
      arrivals.open()
    }
    var rest = part.readableBytesView
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      line += rest[..<end]
      take(String(decoding: line, as: UTF8.self))
      line.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    line += rest
  }

  /// Only ends are parsed: what this does is on the same cores as what it measures.
  private func take(_ line: String) {
    guard line.hasPrefix("data: "), line.contains(#""success""#),
      let event = try? JSONValue(parsing: Array(line.utf8.dropFirst(6))), event["status"] == "success",
      let id = event["executionId"]?.stringValue
    else { return }
    arrivals.end(of: id)
  }
}
