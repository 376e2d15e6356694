import NIOCore
import NIOHTTP1
import NIOPosix

/// The handler of a test's own server: gathers a request, and hands it to who answers it.
final class RequestGatherer: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answer: @Sendable (HTTPRequestHead, [UInt8], RequestGatherer, ChannelHandlerContext) -> Void
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  private init(_ answer: @escaping @Sendable (HTTPRequestHead, [UInt8], RequestGatherer, ChannelHandlerContext) -> Void)
  {
    self.answer = answer
  }

  /// Serves on a free port of this machine.
  static func serve(
    _ answer: @escaping @Sendable (HTTPRequestHead, [UInt8], RequestGatherer, ChannelHandlerContext) -> Void
  ) async throws -> any Channel {
    try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(RequestGatherer(answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let part): body += Array(part.readableBytesView)
    case .end: if let head { answer(head, body, self, context) }
    }
  }

  /// - Parameter isWhole: the answer ends with these bytes.
  func write(
    _ status: Int, _ headers: HTTPHeaders, _ bytes: [UInt8], isWhole: Bool = true, to context: ChannelHandlerContext
  ) {
    let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    if isWhole { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) } else { context.flush() }
  }
}
