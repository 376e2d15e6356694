// What one connection has on its way. Commands of all callers leave together, as many as have come meanwhile, and
// answers come in the order of the commands: so whoever waits too long is followed by others who do, and the connection
// is given up.

import DequeModule
import NIOCore
import Synchronization

/// A command that waits for its answer.
struct RedisRequest: Sendable {
  typealias Answer = Result<RedisValue, RedisError>

  let wire: [UInt8]
  /// How many answers come; the last one is meant.
  var answers = 1
  let deadline: NIODeadline
  let continuation: UnsafeContinuation<Answer, Never>
}

/// Where callers of any thread put their commands.
final class RedisInbox: Sendable {
  private struct State {
    var waiting: [RedisRequest] = []
    /// Waiting, and on their way.
    var count = 0
    /// Why nothing is taken any more.
    var end: RedisError?
  }

  enum Verdict {
    /// The pipeline has to be told that there is something.
    case isFirst
    case isTaken
    case isRefused(RedisError)
  }

  private let state = Mutex(State())
  private let maximum: Int

  init(maximum: Int) { self.maximum = maximum }

  func put(_ request: RedisRequest) -> Verdict {
    state.withLock { state in
      if let end = state.end { return .isRefused(.notConnected(because: end)) }
      guard state.count < maximum else {
        return .isRefused(RedisError(.tooManyWaiting, "\(maximum) commands wait for Redis to answer: try again later"))
      }
      state.count += 1
      state.waiting.append(request)
      return state.waiting.count == 1 ? .isFirst : .isTaken
    }
  }

  func take() -> [RedisRequest] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }

  func settled(_ count: Int) { state.withLock { $0.count -= count } }

  /// What was never sent is refused. The first reason stays.
  func close(_ reason: RedisError) {
    let unsent = state.withLock { state in
      if state.end == nil { state.end = reason }
      defer { state.waiting = [] }
      return state.waiting
    }
    for request in unsent { request.continuation.resume(returning: .failure(.notConnected(because: reason))) }
  }

  var end: RedisError? { state.withLock { $0.end } }
  var count: Int { state.withLock { $0.count } }
}

/// The last handler of a connection; all of it happens on the connection's event loop.
final class RedisPipeline: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  /// Something is in the inbox.
  struct Submitted: Sendable {}

  private let inbox: RedisInbox
  private let reader: RedisReader
  /// A message of a channel that is subscribed to; nil: there are none.
  private let received: (@Sendable (RedisMessage) -> Void)?
  private var onTheirWay: Deque<RedisRequest> = []
  private var alarm: (time: NIODeadline, task: Scheduled<Void>)?

  init(inbox: RedisInbox, answerMaximum: Int, received: (@Sendable (RedisMessage) -> Void)?) {
    self.inbox = inbox
    reader = RedisReader(maximum: answerMaximum)
    self.received = received
  }

  // MARK: sending

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is Submitted else { return context.triggerUserOutboundEvent(event, promise: promise) }
    let requests = inbox.take()
    guard !requests.isEmpty else { return }
    var buffer = context.channel.allocator.buffer(capacity: requests.reduce(0) { $0 + $1.wire.count })
    for request in requests {
      buffer.writeBytes(request.wire)
      onTheirWay.append(request)
    }
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    watch(context)
  }

  /// One alarm, for the command whose answer is next: the others are due later. It is not set anew for each command, so
  /// it may come early.
  private func watch(_ context: ChannelHandlerContext) {
    guard let first = onTheirWay.first else { return }
    if let alarm, alarm.time <= first.deadline { return }
    alarm?.task.cancel()
    let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: first.deadline) { [weak self] in
      guard let self else { return }
      alarm = nil
      if let first = onTheirWay.first, first.deadline <= .now() {
        fail(context, RedisError(.timedOut, "Redis has not answered in time"))
      } else {
        watch(context)
      }
    }
    alarm = (first.deadline, task)
  }

  // MARK: receiving

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do throws(RedisError) {
      try unwrapInboundIn(data).withUnsafeReadableBytes { bytes throws(RedisError) in try reader.feed(bytes) }
      while let value = try reader.next() {
        if let received, let message = RedisMessage(value) { received(message) } else { try answer(with: value) }
      }
    } catch { fail(context, error) }
  }

  private func answer(with value: RedisValue) throws(RedisError) {
    guard var request = onTheirWay.popFirst() else {
      throw RedisError(.protocolViolated, "Redis has answered what nobody asked")
    }
    guard request.answers == 1 else {
      request.answers -= 1
      return onTheirWay.prepend(request)
    }
    // First, so that whoever is answered finds his place free.
    inbox.settled(1)
    request.continuation.resume(returning: .success(value))
  }

  // MARK: the end

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(context, RedisLink.explained(error, .connectionLost, "the connection to Redis has failed"))
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(RedisError(.connectionLost, "Redis has closed the connection"))
    context.fireChannelInactive()
  }

  private func fail(_ context: ChannelHandlerContext, _ reason: RedisError) {
    end(reason)
    context.close(promise: nil)
  }

  /// Everybody who waits hears of it.
  private func end(_ reason: RedisError) {
    alarm?.task.cancel()
    alarm = nil
    inbox.close(reason)
    let cause = inbox.end ?? reason
    inbox.settled(onTheirWay.count)
    for (place, request) in onTheirWay.enumerated() {
      // Only the first one was waited for in vain; the others lose their connection by it.
      var error = place > 0 && cause.code == .timedOut ? RedisError(.connectionLost, cause.message) : cause
      error.isUncertain = true
      request.continuation.resume(returning: .failure(error))
    }
    onTheirWay.removeAll()
  }
}
