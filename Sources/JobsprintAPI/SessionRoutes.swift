import HTTPTypes
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts

/// One's own sessions.
enum SessionRoutes {
  static let all = [
    APIRoute(.get, "/sessions", needs: .session, list),
    APIRoute(.delete, "/sessions", needs: .session, deleteAll),
    APIRoute(.delete, "/sessions/{id}", needs: .session, delete),
  ]

  private static func list(_ call: APICall) async throws -> Reply {
    let (user, current) = try call.signedIn()
    let page = try await call.api.sessions.sessions(of: user, page: call.page())
    return Reply(
      .list(
        page.elements.map { $0.representation(isCurrent: $0.id == current) },
        next: page.hasMore ? page.elements.last?.id : nil))
  }

  private static func deleteAll(_ call: APICall) async throws -> Reply {
    let count = try await call.api.sessions.revokeAll(of: call.signedIn().0, by: call.caller)
    return Reply(["revoked": .integer(Int64(count))])
  }

  private static func delete(_ call: APICall) async throws -> Reply {
    try await call.api.sessions.revoke(call.id(of: "session"), of: call.signedIn().0, by: call.caller)
    return .nothing
  }
}

extension Session {
  func representation(isCurrent: Bool) -> JSONValue {
    [
      "id": .string("\(id)"), "workspaceId": .string("\(workspace)"), "createdAt": .string("\(createdAt)"),
      "lastUsedAt": .string("\(usedAt)"), "expiresAt": .string("\(expiresAt)"),
      "address": address.map { .string($0) } ?? .null, "userAgent": agent.map { .string($0) } ?? .null,
      "isCurrent": .bool(isCurrent),
    ]
  }
}
