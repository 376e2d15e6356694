// `Idempotency-Key`: the store keeps the answer with what the request created; here is who is at work on a key just
// now.

import Crypto
import Hummingbird
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime
import Synchronization

/// Keys whose first request has not been answered yet.
final class IdempotencyKeysInFlight: Sendable {
  private struct Entry: Hashable {
    let workspace: WorkspaceID
    let key: String
  }

  private let entries = Mutex<Set<Entry>>([])

  func begin(_ key: String, in workspace: WorkspaceID) -> Bool {
    entries.withLock { $0.insert(Entry(workspace: workspace, key: key)).inserted }
  }

  func end(_ key: String, in workspace: WorkspaceID) {
    _ = entries.withLock { $0.remove(Entry(workspace: workspace, key: key)) }
  }
}

extension APICall {
  /// Runs what creates something, under the request's key if it has one, and answers it.
  ///
  /// - Parameters:
  ///   - answer: the answer to the thing created; stored with it.
  ///   - kept: what is stored in its place, where the answer holds a secret.
  ///   - create: gets the key to store.
  func creating<Created: Sendable>(
    _ body: [UInt8], answer: @escaping @Sendable (Created) -> Reply,
    kept: (@Sendable (Created) -> Reply)? = nil,
    create: (IdempotencyRequest<Created>?) async throws -> Creation<Created>
  ) async throws -> (reply: Reply, created: Created?) {
    try await underKey { key in
      try await creating(body, key: key, answer: answer, kept: kept, create: create)
    }
  }

  /// The same for one of several things that a request creates, each under a key of its own.
  func creating<Created: Sendable>(
    _ body: [UInt8], key: String?, answer: @escaping @Sendable (Created) -> Reply,
    kept: (@Sendable (Created) -> Reply)? = nil,
    create: (IdempotencyRequest<Created>?) async throws -> Creation<Created>
  ) async throws -> (reply: Reply, created: Created?) {
    guard let key else {
      guard case .created(let created) = try await create(nil) else { throw Problem.internalError }
      return (answer(created), created)
    }
    let idempotency = IdempotencyRequest<Created>(key: key, fingerprint: fingerprint(of: body)) { created in
      let reply = (kept ?? answer)(created)
      return (reply.status.code, reply.bytes)
    }
    switch try await create(idempotency) {
    case .created(let created): return (answer(created), created)
    case .replayed(let status, let bytes):
      return (Reply(.init(code: status), bytes: bytes).with("Idempotency-Replayed", "true"), nil)
    }
  }

  /// Carries out what can be done twice without harm. Under a key, what there is to do is kept before it is done, so
  /// that the same is done where the request comes again, and not what would be there to do by then.
  ///
  /// - Parameters:
  ///   - plan: what there is to do, as bytes.
  ///   - carryOut: does it, and answers.
  func planned(
    _ body: [UInt8], plan: () async throws -> [UInt8], carryOut: ([UInt8]) async throws -> Reply
  ) async throws -> Reply {
    try await underKey { key in
      guard let key else { return try await carryOut(try await plan()) }
      var kept = try await api.idempotency.record(of: key, in: workspace)
      if kept == nil {
        let planned = IdempotencyRecord(
          workspace: workspace, key: key, fingerprint: fingerprint(of: body), createdAt: api.clock.now, status: 0,
          response: try await plan())
        kept = try await api.idempotency.keep(planned)
        guard kept != nil else { return try await carryOut(planned.response) }
      }
      guard let kept, case .replayed(_, let plan) = try kept.replay(for: fingerprint(of: body)) as Creation<Never>
      else { throw Problem.internalError }
      return try await carryOut(plan).with("Idempotency-Replayed", "true")
    }
  }

  /// Tells the same request from another with the same key.
  private func fingerprint(of body: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: Array("\(request.method.rawValue) \(request.uri.string)\n".utf8))
    hash.update(data: body)
    return Array(hash.finalize())
  }

  /// Takes the request's key, if it has one, for as long as the body runs.
  func underKey<Value>(_ body: (String?) async throws -> Value) async throws -> Value {
    guard let key = request.headers.first("Idempotency-Key") else { return try await body(nil) }
    guard (1...APILimits.idempotencyKey).contains(key.utf8.count) else {
      throw Problem(
        status: .badRequest, code: "parameter_invalid",
        detail: "An Idempotency-Key has 1 to \(APILimits.idempotencyKey) bytes; this one has \(key.utf8.count).")
    }
    guard api.keysInFlight.begin(key, in: workspace) else {
      throw RuntimeError(
        .idempotencyKeyInFlight,
        "The first request with this Idempotency-Key has not been answered yet. Try again later.")
    }
    defer { api.keysInFlight.end(key, in: workspace) }
    return try await body(key)
  }
}
