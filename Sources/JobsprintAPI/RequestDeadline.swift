import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request is not sent in time: a client that sends a byte now and then would hold it
/// forever. The time runs from the opening of the connection to the end of its first request, and from the head of each
/// later request to its end.
final class RequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let limit: TimeAmount
  private var alarm: Scheduled<Void>?

  init(_ limit: TimeAmount) { self.limit = limit }

  func channelActive(context: ChannelHandlerContext) {
    start(context)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: if alarm == nil { start(context) }
    case .end: stop()
    case .body: break
    }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    stop()
    context.fireChannelInactive()
  }

  private func start(_ context: ChannelHandlerContext) {
    alarm = context.eventLoop.scheduleTask(in: limit) { [channel = context.channel] in channel.close(promise: nil) }
  }

  private func stop() {
    alarm?.cancel()
    alarm = nil
  }
}
