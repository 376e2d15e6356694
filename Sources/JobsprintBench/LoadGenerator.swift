import JobsprintDomain
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server with the E3 workflow in it, and connections to load it with.
struct LoadGenerator: Sendable {
  let connections: [LoadConnection]
  let workflow: String

  static func open(
    _ server: MeasuredServer, connections count: Int, as credential: LoadCredential = .apiKey
  ) async throws -> LoadGenerator {
    let group = MultiThreadedEventLoopGroup.singleton.next()
    var connections: [LoadConnection] = []
    for _ in 0..<count {
      connections.append(try await LoadConnection.open(port: server.port, on: group, as: credential))
    }
    let created = try await connections[0].post("/workflows", JSONValue.object(E3.document).jsonBytes)
    guard created.status == 200, let id = try JSONValue(parsing: created.body)["id"]?.stringValue else {
      throw BenchError(description: "the workflow was refused: \(String(decoding: created.body, as: UTF8.self))")
    }
    return LoadGenerator(connections: connections, workflow: id)
  }

  /// Every connection sends its next request as soon as it has the answer, until `end`.
  /// - Returns: ids of accepted executions by the number in their body, in no order.
  func closedLoop(until end: ContinuousClock.Instant) async throws -> [(number: Int, id: String)] {
    let numbers = Numbers()
    return try await withThrowingTaskGroup(of: [(number: Int, id: String)].self) { group in
      for connection in connections {
        group.addTask {
          var accepted: [(number: Int, id: String)] = []
          while ContinuousClock.now < end {
            let number = numbers.next()
            let answer = try await connection.post("/workflows/\(workflow)/execute", E3.body(number: number))
            accepted.append((number, try Self.acceptedID(answer)))
          }
          return accepted
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }

  /// Executions per second that were accepted and have ended, after a second to warm up.
  func rate(seconds: Int) async throws -> Double {
    _ = try await closedLoop(until: .now + .seconds(1))
    let begin = ContinuousClock.now
    let accepted = try await closedLoop(until: begin + .seconds(seconds))
    let missing = try await readBack(Array(accepted.suffix(connections.count * 4)), withData: false)
    let elapsed = (ContinuousClock.now - begin) / .seconds(1)
    guard missing.isEmpty else { throw BenchError(description: "not all is there: \(missing.prefix(5))") }
    return Double(accepted.count) / elapsed
  }

  /// Requests at a fixed rate, whether or not earlier ones were answered; waits for each execution's end. All of it on
  /// the connections' event loop: what tasks need to change threads would count as the server's time.
  /// - Returns: from the moment at which each was due to its answer, so that a pause of the server counts for all that
  ///   were due meanwhile.
  func openLoop(perSecond rate: Int, seconds: Int) async throws -> [Duration] {
    let begin = NIODeadline.now() + .milliseconds(100)
    let total = rate * seconds
    let numbers = Numbers()
    @Sendable func next(on connection: LoadConnection, after earlier: [Duration]) -> EventLoopFuture<[Duration]> {
      let number = numbers.next()
      guard number < total else { return connection.loop.makeSucceededFuture(earlier) }
      let due = begin + .nanoseconds(Int64(Double(number) / Double(rate) * 1e9))
      return connection.loop.scheduleTask(deadline: due) {}.futureResult.flatMap {
        connection.answer(to: .POST, "/workflows/\(workflow)/execute?wait=30", E3.body(number: number))
      }.flatMap { answer in
        guard answer.status == 200 else {
          let error = BenchError(description: "an execution was answered with \(answer.status)")
          return connection.loop.makeFailedFuture(error)
        }
        return next(on: connection, after: earlier + [.nanoseconds((NIODeadline.now() - due).nanoseconds)])
      }
    }
    let all = connections.map { next(on: $0, after: []) }
    return try await EventLoopFuture.whenAllSucceed(all, on: connections[0].loop).get().flatMap { $0 }
  }

  /// Reads each execution once it has ended.
  /// - Returns: what is wrong with any of them.
  func readBack(_ accepted: [(number: Int, id: String)], withData: Bool) async throws -> [String] {
    let numbers = Numbers()
    return try await withThrowingTaskGroup(of: [String].self) { group in
      for connection in connections {
        group.addTask {
          var problems: [String] = []
          while true {
            let place = numbers.next()
            guard place < accepted.count else { return problems }
            let (number, id) = accepted[place]
            let answer = try await connection.get("/executions/\(id)?wait=30&includeData=\(withData)")
            guard answer.status == 200 else {
              problems.append("\(id): \(answer.status)")
              continue
            }
            let execution = try JSONValue(parsing: answer.body)
            let problem =
              withData
              ? E3.problem(in: execution, number: number)
              : execution["status"] == "success" ? nil : execution["status"]?.jsonText ?? "no status"
            if let problem { problems.append("\(id): \(problem)") }
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }

  func close() async throws { for connection in connections { try await connection.close() } }

  private static func acceptedID(_ answer: LoadAnswer) throws -> String {
    guard answer.status == 202, let id = try JSONValue(parsing: answer.body)["id"]?.stringValue else {
      throw BenchError(
        description: "an execution was refused with \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
    }
    return id
  }
}

/// 0, 1, 2, … for whoever asks.
private final class Numbers: Sendable {
  private let count = Atomic(0)

  func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
