// A server that keeps what it is sent, on a free port.

import JobsprintDomain
import NIOCore
import NIOHTTP1
import Synchronization

final class Receiver: Sendable {
  struct Received: Sendable {
    let method: String
    let target: String
    let headers: HTTPHeaders
    let body: [UInt8]
    let status: Int
  }

  private struct State {
    var requests: [Received] = []
    /// Of the next answers; 200 behind them.
    var statuses: [Int] = []
    /// Of the next answers; nothing behind them.
    var bodies: [String] = []
    var channel: (any Channel)?
  }

  private let state = Mutex(State())

  var port: Int { state.withLock { $0.channel?.localAddress?.port ?? 0 } }
  var requests: [Received] { state.withLock { $0.requests } }

  /// Those of requests that were taken.
  var entries: [JSONValue] {
    requests.filter { $0.status == 200 }.flatMap { request in
      (try? JSONValue(parsing: request.body))?["entries"]?.arrayValue ?? []
    }
  }

  static func start() async throws -> Receiver {
    let receiver = Receiver()
    let channel = try await RequestGatherer.serve { head, body, gatherer, context in
      let (status, text) = receiver.take(head, body)
      gatherer.write(status, ["Content-Length": "\(text.utf8.count)"], Array(text.utf8), to: context)
    }
    receiver.state.withLock { $0.channel = channel }
    return receiver
  }

  func stop() { state.withLock { $0.channel }?.close(promise: nil) }

  func answer(with statuses: [Int], bodies: [String] = []) {
    state.withLock { ($0.statuses, $0.bodies) = (statuses, bodies) }
  }

  private func take(_ head: HTTPRequestHead, _ body: [UInt8]) -> (status: Int, body: String) {
    state.withLock { state in
      let status = state.statuses.isEmpty ? 200 : state.statuses.removeFirst()
      state.requests.append(
        Received(
          method: head.method.rawValue, target: head.uri, headers: head.headers, body: body, status: status))
      return (status, state.bodies.isEmpty ? "" : state.bodies.removeFirst())
    }
  }
}
