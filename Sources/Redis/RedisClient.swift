import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Commands to one server, or to the nodes of a cluster.
///
///     let client = try RedisClient(RedisOptions("redis://127.0.0.1"))
///     async let running: Void = client.run()
///     try await client.send(RedisCommand("SET", key: "name", "value"))
///
/// There is one connection to a server, which is enough: commands of many callers travel together. Who asks on an event
/// loop has one of that loop's, which saves him two changes of threads (a request to the API with two commands at once
/// cost 175 µs more than one with none, and 113 to 137 µs with it). A command is not repeated by itself, and an answer is
/// waited for to the end of the limit also when the caller's task is cancelled. What is asked for before `run()` was
/// called waits for it.
public final class RedisClient: Sendable {
  /// Where a connection begins and ends.
  private struct Path: Hashable {
    let host: RedisOptions.Host
    /// nil: of whoever asks on none.
    let loop: ObjectIdentifier?
  }

  private struct State {
    var map = RedisSlotMap()
    var connections: [Path: RedisConnection] = [:]
    var isClosed = false
  }

  private let options: RedisOptions
  private let tls: NIOSSLContext?
  private let counts = RedisCounts()
  private let state = Mutex(State())
  /// Connections that nobody runs yet.
  private let newcomers = AsyncStream.makeStream(of: RedisConnection.self)
  /// The map of the cluster may have changed.
  private let doubts = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// - Throws: `tlsFailed` for files that can't be used.
  public init(_ options: RedisOptions) throws(RedisError) {
    self.options = options
    tls = if let tls = options.tls { try NIOSSLContext.make(tls) } else { nil }
    // One server has its hosts in turn, of a cluster each is a node.
    if options.isCluster {
      for host in options.hosts { _ = connection(to: host) }
    } else {
      _ = connection(to: options.hosts[0])
    }
  }

  /// Serves until the task is cancelled.
  public func run() async {
    await withDiscardingTaskGroup { group in
      if options.isCluster { group.addTask { await self.keepMap() } }
      for await connection in newcomers.stream { group.addTask { await connection.run() } }
      group.cancelAll()
    }
    let connections = state.withLock { state in
      state.isClosed = true
      return state.connections.values
    }
    for connection in connections { connection.close() }
  }

  public var metrics: RedisMetrics {
    var metrics = counts.current
    metrics.inFlight = state.withLock { $0.connections.values.reduce(0) { $0 + ($1.link?.inFlight ?? 0) } }
    return metrics
  }

  /// Whether a server is connected; of a cluster, one of its nodes.
  public var isConnected: Bool { counts.current.connected > 0 }

  // MARK: asking

  /// - Throws: also where the server's answer is an error.
  @discardableResult
  public func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
    var (connection, host) = route(command)
    var isAsking = false
    for _ in 0...options.redirectsMaximum {
      let value =
        if isAsking { try await connection.ask(command.asking, answers: 2) } else { try await connection.ask(command) }
      guard case .error(let text) = value else { return value }
      guard options.isCluster, let redirection = RedisRedirection(text, asked: host) else {
        throw RedisError(answer: text)
      }
      counts.change { $0.redirected += 1 }
      isAsking = false
      switch redirection {
      case .moved(let slot, let owner):
        state.withLock { $0.map.assign(slot, to: owner) }
        doubts.continuation.yield()
        host = owner
      case .ask(let owner):
        isAsking = true
        host = owner
      case .tryAgain: try? await Task.sleep(for: Self.resharding)
      }
      connection = self.connection(to: host)
    }
    throw RedisError(.unavailable, "the nodes of the Redis cluster send the command around: its slots are moving")
  }

  /// At one stroke. In a cluster all keys have one hash tag.
  @discardableResult
  public func run(
    _ script: RedisScript, keys: [RedisWord], _ arguments: [RedisWord] = []
  ) async throws(RedisError) -> RedisValue {
    do throws(RedisError) { return try await send(script.byHash(keys, arguments)) } catch {
      guard error.code == .noScript else { throw error }
      return try await send(script.bySource(keys, arguments))
    }
  }

  /// While the keys of a command are on their way from node to node.
  private static let resharding: Duration = .milliseconds(20)

  private func route(_ command: RedisCommand) -> (RedisConnection, RedisOptions.Host) {
    let host: RedisOptions.Host
    if let key = command.key, options.isCluster {
      let slot = RedisSlot.of(key)
      host = state.withLock { $0.map.host(of: slot) } ?? anyHost
    } else {
      host = anyHost
    }
    return (connection(to: host), host)
  }

  /// One that is connected where there is one.
  private var anyHost: RedisOptions.Host {
    guard options.isCluster else { return options.hosts[0] }
    return state.withLock { state in
      let primaries = state.map.hosts.isEmpty ? options.hosts : state.map.hosts
      return primaries.filter { state.connections[Path(host: $0, loop: nil)]?.link != nil }.randomElement()
        ?? primaries.randomElement()
        ?? options.hosts[0]
    }
  }

  /// The loop's own is used while it is up; nobody waits for it.
  private func connection(to host: RedisOptions.Host) -> RedisConnection {
    let loop = MultiThreadedEventLoopGroup.currentEventLoop
    return state.withLock { state in
      let common = connection(to: host, on: nil, &state)
      guard let loop else { return common }
      let own = connection(to: host, on: loop, &state)
      return own.link == nil ? common : own
    }
  }

  private func connection(
    to host: RedisOptions.Host, on loop: (any EventLoop)?, _ state: inout State
  ) -> RedisConnection {
    let path = Path(host: host, loop: loop.map { ObjectIdentifier($0) })
    if let connection = state.connections[path] { return connection }
    let connection = RedisConnection(
      options.isCluster ? [host] : options.hosts, on: loop, options, tls: tls,
      counts: counts, changed: { [doubts] _ in doubts.continuation.yield() })
    state.connections[path] = connection
    if state.isClosed { connection.close() } else { newcomers.continuation.yield(connection) }
    return connection
  }

  // MARK: the map of a cluster

  /// Reads the map at the start, when a node sends a command elsewhere, and when one comes or goes; again and again
  /// while a primary is away, because its replica takes over.
  private func keepMap() async {
    for await _ in doubts.stream {
      await readMap()
      try? await Task.sleep(for: Self.betweenReadings)
    }
  }

  private static let betweenReadings: Duration = .milliseconds(100)

  private func readMap() async {
    let connected = state.withLock { state in state.connections.filter { $0.value.link != nil } }
    for (path, connection) in connected.shuffled() {
      guard let answer = try? await connection.ask(RedisCommand("CLUSTER", "SLOTS")),
        let map = RedisSlotMap(answer, asked: path.host)
      else { continue }
      counts.change { $0.mapsRead += 1 }
      follow(map)
      return
    }
  }

  private func follow(_ map: RedisSlotMap) {
    let gone = state.withLock { state in
      state.map = map
      // Those that were named by the operator are asked for the map for as long as the client lives.
      let kept = Set(map.hosts + options.hosts)
      let gone = state.connections.filter { !kept.contains($0.key.host) }
      for path in gone.keys { state.connections[path] = nil }
      return gone.values
    }
    for connection in gone { connection.close() }
    for host in map.hosts { _ = connection(to: host) }
  }
}
