// Versions of workflows for all processes. Each is sealed, and stands under its immutable id. Of many that miss one,
// the one with the lease writes it: a compare-and-set, so that nothing is written by somebody who has been away. What
// others tell comes on a channel; while that is not heard nothing is asked here.

import JobsprintDomain
import JobsprintPorts
import Redis
import Synchronization

final class RedisVersionCache: VersionCache {
  private enum Errand: Sendable {
    case keep(VersionID, WorkspaceID, VersionLease, [UInt8])
    case discard(VersionID, WorkspaceID)
    case use(VersionUse)
    case changed(WorkflowID, WorkspaceID)
  }

  static let lifetime: Duration = .seconds(3600)
  private static let leaseTime: Duration = .seconds(5)
  /// Bytes of a document; a larger one is read from the store.
  static let largest = 1 << 20
  /// Uses that are remembered.
  static let mostUses = 200

  let news: AsyncStream<VersionNews>
  private let tellNews: AsyncStream<VersionNews>.Continuation
  private let errands: AsyncStream<Errand>
  private let errand: AsyncStream<Errand>.Continuation
  private let client: RedisClient
  private let subscriber: RedisSubscriber
  private let prefix: String
  private let seal: any TransitCipher
  private let clock: any WallClock
  private let takeovers: Takeovers
  private let isListening = Mutex(false)

  /// KEYS: version, lease. ARGV: token, its time in milliseconds. Gives the version, or 1 with the lease and 0 without.
  private static let finding = RedisScript(
    """
    local found = redis.call('GET', KEYS[1])
    if found then return found end
    if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
    return 0
    """)

  /// ARGV: token, version, its time in milliseconds.
  private static let keeping = RedisScript(
    """
    if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
    redis.call('DEL', KEYS[2])
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1
    """)

  /// ARGV: time, member, how many are to stay, for how many milliseconds.
  private static let using = RedisScript(
    """
    redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
    redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[3])
    return redis.call('PEXPIRE', KEYS[1], ARGV[4])
    """)

  static func channel(_ prefix: String) -> String { "\(prefix):versions" }

  /// - Parameter subscriber: of ``channel(_:)``, and nobody else's.
  init(
    client: RedisClient, subscriber: RedisSubscriber, prefix: String, seal: any TransitCipher, clock: any WallClock,
    takeovers: Takeovers
  ) {
    self.client = client
    self.subscriber = subscriber
    self.prefix = prefix
    self.seal = seal
    self.clock = clock
    self.takeovers = takeovers
    (news, tellNews) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    // What nobody can take is not worth keeping: the store has it.
    (errands, errand) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
  }

  func find(_ id: VersionID, in workspace: WorkspaceID) async -> VersionAnswer {
    guard isListening.withLock({ $0 }) else { return .away }
    let token = String(UInt64.random(in: 0 ... .max), radix: 36)
    guard
      let answer = try? await client.run(
        Self.finding, keys: keys(of: id, in: workspace), [.text(token), milliseconds(Self.leaseTime)])
    else {
      takeovers.note(.versions)
      return .away
    }
    guard let sealed = answer.bytes else {
      return .missing(answer.integer == 1 ? VersionLease(token: token) : nil)
    }
    guard let bytes = seal.open(sealed, as: context(of: id, in: workspace)),
      let version = StoredVersion(cached: bytes, id: id)
    else {
      errand.yield(.discard(id, workspace))
      return .missing(nil)
    }
    return .found(version)
  }

  func keep(_ version: StoredVersion, in workspace: WorkspaceID, under lease: VersionLease) {
    guard version.document.count <= Self.largest,
      let sealed = seal.seal(version.cached, as: context(of: version.id, in: workspace))
    else { return }
    errand.yield(.keep(version.id, workspace, lease, sealed))
  }

  func note(_ use: VersionUse) { errand.yield(.use(use)) }

  func tell(changed workflow: WorkflowID, in workspace: WorkspaceID) { errand.yield(.changed(workflow, workspace)) }

  func recent(upTo limit: Int) async -> [VersionUse] {
    let command = RedisCommand("ZREVRANGE", key: .text(recentKey), 0, .number(Int64(max(1, limit) - 1)))
    guard let answer = try? await client.send(command) else {
      takeovers.note(.versions)
      return []
    }
    return (answer.elements ?? []).compactMap { $0.text.flatMap { VersionUse(text: $0) } }
  }

  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.subscriber.run() }
      group.addTask { await self.listen() }
      group.addTask { for await errand in self.errands { await self.run(errand) } }
    }
    tellNews.finish()
  }

  private func listen() async {
    for await event in subscriber.events {
      switch event {
      case .subscribed:
        isListening.withLock { $0 = true }
        tellNews.yield(.listening)
      case .message(let message):
        // Nobody has signed it: at worst something is looked up again.
        guard let (workspace, workflow) = Self.change(in: message.payload) else { continue }
        tellNews.yield(.changed(workflow, in: workspace))
      case .lost:
        // Attempts to connect tell of it again and again.
        let wasListening = isListening.withLock { isListening in
          defer { isListening = false }
          return isListening
        }
        if wasListening { tellNews.yield(.lost) }
      }
    }
  }

  private func run(_ errand: Errand) async {
    do throws(RedisError) {
      switch errand {
      case .keep(let id, let workspace, let lease, let sealed):
        try await client.run(
          Self.keeping, keys: keys(of: id, in: workspace),
          [.text(lease.token), .bytes(sealed), milliseconds(Self.lifetime)])
      case .discard(let id, let workspace):
        try await client.send(RedisCommand("DEL", key: keys(of: id, in: workspace)[0]))
      case .use(let use):
        try await client.run(
          Self.using, keys: [.text(recentKey)],
          [
            .number(clock.now.milliseconds), .text(use.text), .number(Int64(Self.mostUses)),
            milliseconds(Self.lifetime),
          ])
      case .changed(let workflow, let workspace):
        try await client.send(RedisCommand("PUBLISH", .text(Self.channel(prefix)), .text("\(workspace) \(workflow)")))
      }
    } catch {
      takeovers.note(.versions)
    }
  }

  private static func change(in payload: [UInt8]) -> (WorkspaceID, WorkflowID)? {
    let words = String(decoding: payload.prefix(200), as: UTF8.self).split(separator: " ")
    guard words.count == 2, let workspace = WorkspaceID(String(words[0])), let workflow = WorkflowID(String(words[1]))
    else { return nil }
    return (workspace, workflow)
  }

  private var recentKey: String { "\(prefix):versions:recent" }

  /// The version and its lease, in one slot of a cluster.
  private func keys(of id: VersionID, in workspace: WorkspaceID) -> [RedisWord] {
    let key = "\(prefix):{version:\(workspace):\(id)}"
    return [.text(key), .text(key + ":lease")]
  }

  private func context(of id: VersionID, in workspace: WorkspaceID) -> String {
    "jobsprint version 1\n\(workspace)\n\(id)"
  }

  private func milliseconds(_ duration: Duration) -> RedisWord { .number(Int64(duration / .milliseconds(1))) }
}

extension VersionUse {
  fileprivate var text: String { "\(workspace) \(workflow) \(version)" }

  fileprivate init?(text: String) {
    let words = text.split(separator: " ").map { String($0) }
    guard words.count == 3, let workspace = WorkspaceID(words[0]), let workflow = WorkflowID(words[1]),
      let version = VersionID(words[2])
    else { return nil }
    self.init(workspace: workspace, workflow: workflow, version: version)
  }
}

extension StoredVersion {
  /// Before it is sealed. The document is a text of it, so that it comes back to the last space.
  fileprivate var cached: [UInt8] {
    let value: JSONValue = [
      "workflow": .string("\(workflow)"), "name": .string(name), "createdAt": .integer(createdAt.milliseconds),
      "document": .string(String(decoding: document, as: UTF8.self)),
    ]
    return value.jsonBytes
  }

  /// nil for something else, or of another program's kind.
  fileprivate init?(cached bytes: [UInt8], id: VersionID) {
    guard let value = try? JSONValue(parsing: bytes, depthLimit: 4),
      let workflow = value["workflow"]?.stringValue.flatMap({ WorkflowID($0) }),
      let name = value["name"]?.stringValue, case .integer(let createdAt)? = value["createdAt"],
      let document = value["document"]?.stringValue
    else { return nil }
    self.init(
      id: id, workflow: workflow, name: name, document: Array(document.utf8),
      createdAt: Timestamp(milliseconds: createdAt))
  }
}
