// `Idempotency-Key`: the store keeps the answer with what the request created; here is who is at work on a key just now.

import Crypto
import Hummingbird
import JobsprintDomain
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
    var hash = SHA256()
    hash.update(data: Array("\(request.method.rawValue) \(request.uri.string)\n".utf8))
    hash.update(data: body)
    let idempotency = IdempotencyRequest<Created>(key: key, fingerprint: Array(hash.finalize())) { created in
      let reply = (kept ?? answer)(created)
      return (reply.status.code, reply.bytes)
    }
    switch try await create(idempotency) {
    case .created(let created): return (answer(created), created)
    case .replayed(let status, let bytes):
      return (Reply(.init(code: status), bytes: bytes).with("Idempotency-Replayed", "true"), nil)
    }
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
