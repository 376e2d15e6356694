// One keep-alive connection of the load generator. One request is in flight at a time; the answer's body is gathered.

import JobsprintDomain
import NIOCore
import NIOHTTP1
import NIOPosix

struct LoadAnswer: Sendable {
  let status: Int
  let body: [UInt8]
}

/// Who sends the requests.
enum LoadCredential: Sendable {
  /// The one that all measured programs begin with.
  case apiKey
  /// An access token.
  case token(String)

  fileprivate var header: (name: String, value: String) {
    switch self {
    case .apiKey: ("x-api-key", MeasuredServer.apiKey)
    case .token(let token): ("authorization", "Bearer \(token)")
    }
  }
}

final class LoadConnection: Sendable {
  private let channel: any Channel
  private let port: Int
  private let credential: LoadCredential

  var loop: any EventLoop { channel.eventLoop }

  private init(channel: any Channel, port: Int, as credential: LoadCredential) {
    self.channel = channel
    self.port = port
    self.credential = credential
  }

  static func open(
    port: Int, on group: any EventLoopGroup, as credential: LoadCredential = .apiKey
  ) async throws -> LoadConnection {
    let channel = try await ClientBootstrap(group: group)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(OneAtATime())
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return LoadConnection(channel: channel, port: port, as: credential)
  }

  func get(_ path: String) async throws -> LoadAnswer { try await send(.GET, path, nil) }

  func post(_ path: String, _ body: [UInt8]) async throws -> LoadAnswer { try await send(.POST, path, body) }

  private func send(_ method: HTTPMethod, _ path: String, _ body: [UInt8]?) async throws -> LoadAnswer {
    try await answer(to: method, path, body).get()
  }

  /// The answer, on the connection's own event loop.
  func answer(to method: HTTPMethod, _ path: String, _ body: [UInt8]?) -> EventLoopFuture<LoadAnswer> {
    var head = HTTPRequestHead(version: .http1_1, method: method, uri: "/api/v1\(path)")
    head.headers.add(name: "host", value: "127.0.0.1:\(port)")
    head.headers.add(name: credential.header.name, value: credential.header.value)
    if let body {
      head.headers.add(name: "content-type", value: "application/json")
      head.headers.add(name: "content-length", value: String(body.count))
    }
    let promise = channel.eventLoop.makePromise(of: LoadAnswer.self)
    channel.writeAndFlush(LoadRequest(head: head, body: body, answer: promise), promise: nil)
    return promise.futureResult
  }

  func close() async throws { try await channel.close() }
}

private struct LoadRequest: Sendable {
  let head: HTTPRequestHead
  let body: [UInt8]?
  let answer: EventLoopPromise<LoadAnswer>
}

/// Lives on its channel's event loop.
private final class OneAtATime: ChannelDuplexHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = LoadRequest
  typealias OutboundOut = HTTPClientRequestPart

  private var waiting: EventLoopPromise<LoadAnswer>?
  private var status = 0
  private var body: [UInt8] = []

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let request = unwrapOutboundIn(data)
    guard waiting == nil, context.channel.isActive else { return request.answer.fail(ChannelError.ioOnClosedChannel) }
    waiting = request.answer
    context.write(wrapOutboundOut(.head(request.head)), promise: nil)
    if let body = request.body {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    }
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      status = Int(head.status.code)
      body.removeAll(keepingCapacity: true)
    case .body(let part): body += part.readableBytesView
    case .end:
      let answer = waiting
      waiting = nil
      answer?.succeed(LoadAnswer(status: status, body: body))
    }
  }

  func channelInactive(context: ChannelHandlerContext) { fail(ChannelError.eof) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(error)
    context.close(promise: nil)
  }

  private func fail(_ error: any Error) {
    waiting?.fail(error)
    waiting = nil
  }
}
