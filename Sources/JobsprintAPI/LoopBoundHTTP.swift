// Requests run on the event loop of their connection. By default a task runs on Swift's shared pool, and each request
// changes threads on its way in and again on its way out.

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 whose requests are handled on the thread that reads and writes their connection.
struct LoopBoundHTTP: ServerChildChannel {
  private let http: HTTP1Channel

  /// - Parameters:
  ///   - idleTimeout: how long a connection may be silent.
  ///   - requestTimeout: how long a client may take to send a request.
  static func server(idleTimeout: TimeAmount, requestTimeout: TimeAmount) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      LoopBoundHTTP(
        http: HTTP1Channel(
          responder: responder,
          configuration: .init(
            additionalChannelHandlers: [RequestDeadline(requestTimeout), ContinueResponder(limit: APILimits.body)],
            idleTimeout: idleTimeout)))
    }
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    http.setup(channel: channel, logger: logger)
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await withTaskExecutorPreference(EventLoopTaskExecutor(loop: value.channel.eventLoop)) {
      await http.handle(value: value, logger: logger)
    }
  }
}

final class EventLoopTaskExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
