import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A connection that is kept up for as long as `run()` runs: it is made again whenever it is lost. Commands wait for
/// the first attempt; later, without a connection, they fail at once, so that nobody waits for a server that is away.
final class RedisConnection: Sendable {
  private enum State {
    /// Nothing was tried yet: these wait.
    case beginning([UnsafeContinuation<Void, Never>])
    case up(RedisLink)
    case down(RedisError)
    case closed
  }

  /// Tried in turn.
  private let hosts: [RedisOptions.Host]
  /// nil: on any.
  private let loop: (any EventLoop)?
  private let options: RedisOptions
  private let tls: NIOSSLContext?
  private let greeting: [RedisCommand]
  private let counts: RedisCounts
  private let received: (@Sendable (RedisMessage) -> Void)?
  private let changed: @Sendable (RedisError?) -> Void
  private let state = Mutex(State.beginning([]))

  /// - Parameters:
  ///   - received: messages of subscribed channels.
  ///   - changed: the connection is there, or was lost or refused for a reason.
  init(
    _ hosts: [RedisOptions.Host], on loop: (any EventLoop)? = nil,
    _ options: RedisOptions, tls: NIOSSLContext?, counts: RedisCounts, greeting: [RedisCommand] = [],
    received: (@Sendable (RedisMessage) -> Void)? = nil,
    changed: @escaping @Sendable (RedisError?) -> Void
  ) {
    self.hosts = hosts
    self.loop = loop
    self.options = options
    self.tls = tls
    self.counts = counts
    self.greeting = greeting
    self.received = received
    self.changed = changed
  }

  // MARK: keeping it up

  /// Serves until the task is cancelled, or `close()` is called.
  func run() async {
    note(server: 1)
    await withTaskCancellationHandler {
      var (failures, isAgain) = (0, false)
      while !isClosed {
        do throws(RedisError) {
          let link = try await RedisLink.open(
            hosts[failures % hosts.count], on: loop ?? MultiThreadedEventLoopGroup.singleton, options, tls: tls,
            greeting: greeting, received: received)
          guard enter(.up(link)) else {
            link.close(Self.shutDown)
            break
          }
          failures = 0
          if isAgain { counts.change { $0.reconnects += 1 } }
          isAgain = true
          let reason = await serve(link)
          _ = enter(.down(reason))
        } catch {
          counts.change { $0.connectsFailed += 1 }
          _ = enter(.down(error))
        }
        failures += 1
        try? await Task.sleep(for: Self.pause(after: failures, options.backoff))
      }
    } onCancel: {
      close()
    }
    note(server: -1)
  }

  /// A loop's own connection is one more to a server that is counted already.
  private func note(server: Int = 0, connected: Int = 0) {
    guard loop == nil else { return }
    counts.change { metrics in
      metrics.servers += server
      metrics.connected += connected
    }
  }

  private func serve(_ link: RedisLink) async -> RedisError {
    counts.change { $0.connects += 1 }
    note(connected: 1)
    changed(nil)
    let reason = await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.ping(link) }
      let reason = await link.ended()
      group.cancelAll()
      return reason
    }
    counts.change { $0.connectionsLost += 1 }
    note(connected: -1)
    return reason
  }

  /// An answer that does not come ends the connection.
  private func ping(_ link: RedisLink) async {
    while !Task.isCancelled {
      try? await Task.sleep(for: options.pingInterval)
      guard (try? await link.ask(RedisCommand("PING"))) != nil else { return }
    }
  }

  /// - Returns: false when it was closed meanwhile.
  private func enter(_ new: State) -> Bool {
    let (isEntered, waiting) = state.withLock { state -> (Bool, [UnsafeContinuation<Void, Never>]) in
      if case .closed = state { return (false, []) }
      var waiting: [UnsafeContinuation<Void, Never>] = []
      if case .beginning(let some) = state { waiting = some }
      state = new
      return (true, waiting)
    }
    for continuation in waiting { continuation.resume() }
    if isEntered, case .down(let error) = new { changed(error) }
    return isEntered
  }

  static func pause(after failures: Int, _ backoff: ClosedRange<Duration>) -> Duration {
    min(backoff.upperBound, backoff.lowerBound * (1 << min(failures - 1, 20))) * Double.random(in: 0.5...1)
  }

  // MARK: asking

  /// - Returns: also an error of the server's.
  func ask(_ command: RedisCommand, answers: Int = 1) async throws(RedisError) -> RedisValue {
    let link = try await current()
    do throws(RedisError) {
      let value = try await link.ask(command, answers: answers)
      counts.change { $0.answered += 1 }
      if case .error(let text) = value, text.hasPrefix("READONLY ") {
        // The primary is another one now: perhaps behind the same name, perhaps behind the next.
        link.close(RedisError(answer: text))
      }
      return value
    } catch {
      counts.change { metrics in
        metrics.unanswered += 1
        if error.code == .timedOut { metrics.timedOut += 1 }
      }
      throw error
    }
  }

  private func current() async throws(RedisError) -> RedisLink {
    await withUnsafeContinuation { continuation in
      let isWaiting = state.withLock { state in
        guard case .beginning(var waiting) = state else { return false }
        waiting.append(continuation)
        state = .beginning(waiting)
        return true
      }
      if !isWaiting { continuation.resume() }
    }
    switch state.withLock({ $0 }) {
    case .up(let link): return link
    case .down(let error): throw .notConnected(because: error)
    case .beginning, .closed: throw Self.shutDown
    }
  }

  /// nil: not now.
  var link: RedisLink? {
    guard case .up(let link) = state.withLock({ $0 }) else { return nil }
    return link
  }

  // MARK: the end

  private static let shutDown = RedisError(.closed, "the Redis client was shut down")

  private var isClosed: Bool {
    if case .closed = state.withLock({ $0 }) { true } else { false }
  }

  func close() {
    let before = state.withLock { state in
      defer { state = .closed }
      return state
    }
    switch before {
    case .beginning(let waiting): for continuation in waiting { continuation.resume() }
    case .up(let link): link.close(Self.shutDown)
    case .down, .closed: break
    }
  }
}
