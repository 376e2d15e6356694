// Who makes a request, and whether there is room for one more of his.

import HTTPTypes
import Hummingbird
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// What somebody shows for himself.
private enum Proof {
  case key(String)
  case token(String)

  init?(_ request: Request) {
    if let key = request.headers.first("X-API-Key") ?? request.headers.first("X-N8N-API-KEY") {
      self = .key(key)
    } else if let bearer = request.headers[.authorization], bearer.lowercased().hasPrefix("bearer ") {
      let shown = String(bearer.dropFirst("bearer ".count))
      self = AccessTokenRing.hasForm(of: shown) ? .token(shown) : .key(shown)
    } else {
      return nil
    }
  }

  /// nil: it is nobody's.
  func principal(_ api: APIDependencies) async throws(PortError) -> Principal? {
    switch self {
    case .key(let key): try await api.authenticator.principal(forKey: key)
    case .token(let token): try await api.authenticator.principal(forToken: token)
    }
  }

  func presumedHolder(_ api: APIDependencies) -> Principal.Holder? {
    switch self {
    case .key(let key): api.authenticator.presumedHolder(ofKey: key)
    case .token(let token): api.authenticator.presumedHolder(ofToken: token)
    }
  }
}

/// - Returns: who asks, and what the answer says of his limits.
/// - Throws: ``Problem`` for who is nobody, and where there is no room.
func admission(
  of request: Request, _ context: APIContext, to route: APIRoute, _ api: APIDependencies
) async throws -> (Principal, fields: [(String, String)]) {
  func admit(_ holder: Principal.Holder, as kind: RateClass) async throws(Problem) -> [(String, String)] {
    try await api.limits.admit(holder, from: context.address, as: kind)
  }
  guard route.need != .nothing else { return (.nobody, try await admit(.nobody, as: .anonymous)) }
  let proof = Proof(request)
  // Who was known a moment ago is counted while it is asked whether he still is: both are round trips to Redis.
  if let proof, api.limits.isLimited(route.rateClass), let holder = proof.presumedHolder(api) {
    async let fields = admit(holder, as: route.rateClass)
    if let principal = try await proof.principal(api) { return (principal, try await fields) }
  } else if let proof, let principal = try await proof.principal(api) {
    return (principal, try await admit(principal.holder, as: route.rateClass))
  }
  // Who shows what is nobody's counts for his address.
  _ = try await admit(.nobody, as: .anonymous)
  throw Problem.unauthorized
}

extension APICall {
  /// Whether who asks may still do what he was let in for: an answer that takes long looks again on its way.
  func isStill(allowed scope: Scope) async throws(PortError) -> Bool {
    guard let now = try await Proof(request)?.principal(api) else { return false }
    return now.workspace == workspace && now.scopes.contains(scope)
  }
}
