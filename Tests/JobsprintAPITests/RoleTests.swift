import Foundation
import HTTPTypes
import JobsprintDomain
import NIOHTTP1
import Testing

@testable import JobsprintAPI

/// Who may do what: the table, and that the server keeps to it.
@Suite(.timeLimit(.minutes(3))) struct RoleTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/roles.txt")

  /// A line for each route: what it needs, and which roles may in another workspace than the first; `*`: only in the
  /// first.
  private static var matrix: String {
    let lines = APIRoute.all.map { route -> String in
      let roles: [String]
      switch route.need {
      case .nothing: roles = ["everybody"]
      case .identity, .session: roles = Role.allCases.map(\.rawValue)
      case .scope(let scope):
        roles = Role.allCases.filter { $0.scopes(in: .initial).contains(scope) }.map {
          $0.scopes(in: .nobodys).contains(scope) ? $0.rawValue : $0.rawValue + "*"
        }
      }
      let need =
        switch route.need {
        case .nothing: "nothing"
        case .identity: "identity"
        case .session: "session"
        case .scope(let scope): scope.rawValue
        }
      return "\(route.name) | \(need) | \(roles.joined(separator: " "))"
    }
    return lines.sorted().joined(separator: "\n") + "\n"
  }

  @Test func theMatrixIsTheOneThatWasAgreedOn() throws {
    let wanted = try String(contentsOf: Self.golden, encoding: .utf8)
    if Self.matrix != wanted {
      let found = FileManager.default.temporaryDirectory.appending(path: "roles.txt")
      try Self.matrix.write(to: found, atomically: true, encoding: .utf8)
      Issue.record("roles.txt is not the table of roles and routes; what is now: \(found.path)")
    }
  }

  @Test func aTableThatDoesNotSayWhatItNeedsDoesNotStart() {
    #expect(APIRoute.flaws(in: APIRoute.all) == [])
    let handler: APIRoute.Handler = { _ in .nothing }
    let open = APIRoute.all + [APIRoute(.get, "/secrets", needs: .nothing, handler)]
    #expect(APIRoute.flaws(in: open) == ["GET /secrets asks for nothing, and is no public route"])
    let twice = APIRoute.all + [APIRoute(.get, "/tags", .tagList, handler)]
    #expect(APIRoute.flaws(in: twice) == ["GET /tags stands twice"])
    let closed =
      APIRoute.all.filter { $0.path != "/auth/login" } + [APIRoute(.post, "/auth/login", needs: .identity, handler)]
    #expect(APIRoute.flaws(in: closed) == ["POST /auth/login is public, and asks for something"])
  }

  @Test func eachRoleMayDoWhatTheTableSays() async throws {
    try await TestServer.running { server in
      for role in Role.allCases {
        let person = try await server.member(role, "\(role.rawValue)@example.com")
        for route in APIRoute.all where route.scope != nil {
          guard let scope = route.scope else { continue }
          let path = route.path.replacing(#/\{\w+\}/#, with: "01a1fcfb-56ac-7890-979c-b894b84c2b4f")
          // What would answer without an end refuses this id, once it has let the caller in.
          let answer = try await server.send(
            route.method.rawValue, path, headers: ["Authorization": "Bearer \(person.token)", "Last-Event-ID": "x"],
            key: nil, base: route.base)
          #expect((answer.status == 403) == !role.scopes(in: .initial).contains(scope), "\(role) \(route.name)")
        }
      }
      // One entry for each refused route and caller, however often he asks.
      let refused = try await server.get("/audit-logs?action=access.refused&limit=250").json["data"]?.arrayValue ?? []
      let viewers = refused.filter { $0["details"]?["route"] == "POST /workflows" }
      #expect(viewers.count == 2, "viewer and operator")
    }
  }

  /// Nobody gets anything but the public list, however the path is written.
  @Test func withoutATokenThereIsNothingButThePublicList() async throws {
    try await TestServer.running { server in
      for route in APIRoute.all where route.need != .nothing {
        let path = route.path.replacing(#/\{\w+\}/#, with: "01a1fcfb-56ac-7890-979c-b894b84c2b4f")
        for bearer in ["", "x", "eyJ.eyJ.x"] {
          let answer = try await server.send(route.method.rawValue, path, bearer: bearer, base: route.base)
          #expect(answer.status == 401, "\(route.name)")
        }
        let plain = try await server.send(route.method.rawValue, path, key: nil, base: route.base)
        #expect(plain.status == 401 && plain.code == "unauthorized", "\(route.name)")
        for suffix in [
          "/health", "/livez", ";x", "%2f", "%2F..%2Flivez", "/", "//", "/.", "/..;/livez", "%00", "?/livez", "#/livez",
        ] {
          let status = try await server.raw(route.method.rawValue, "\(route.base)\(path)\(suffix)")
          #expect([400, 401, 404, 405].contains(status), "\(route.name)\(suffix): \(status)")
        }
        for odd in [
          "/API/v1\(path)", "//api/v1\(path)", "/api//v1\(path)", "/./api/v1\(path)", "/api/v1/%2e\(path)",
          "/livez/..\("/api/v1" + path)", "/api/v1\(path.uppercased())",
        ] {
          let status = try await server.raw(route.method.rawValue, odd)
          #expect([400, 401, 404, 405].contains(status), "\(odd): \(status)")
        }
      }
    }
  }
}

extension WorkspaceID {
  fileprivate static let nobodys = WorkspaceID(UUIDv7(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0099))
}
