import NIOCore
import NIOPosix

/// A connection on which a test writes HTTP as it likes.
struct RawConnection {
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private var received = ByteBuffer()

  static func open(to server: TestServer, _ body: (inout RawConnection) async throws -> Void) async throws {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: server.port) { channel in
        channel.eventLoop.makeCompletedFuture { () throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> in
          try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
      }
    try await channel.executeThenClose { inbound, outbound in
      var connection = RawConnection(outbound: outbound, inbound: inbound.makeAsyncIterator())
      try await body(&connection)
    }
  }

  func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

  /// The next head, up to its empty line, which is left out; what came before the end where the connection is closed.
  mutating func head() async throws -> String {
    while true {
      let text = String(buffer: received)
      if let end = text.utf8.firstRange(of: "\r\n\r\n".utf8) {
        received.moveReaderIndex(forwardBy: text.utf8.distance(from: text.startIndex, to: end.upperBound))
        return String(text[..<end.lowerBound])
      }
      guard let next = try await inbound.next(isolation: #isolation) else { return text }
      received.writeImmutableBuffer(next)
    }
  }
}
