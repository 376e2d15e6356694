import Foundation
import HTTPTypes
import Hummingbird
import JobsprintDomain
import JobsprintPorts

/// The exact list of what can be had by anybody: health and the contract, and what leads to a session.
enum PublicRoutes {
  /// Of the API's route table.
  static let api: Set<String> = [
    "POST /auth/setup", "POST /auth/login", "POST /auth/refresh", "POST /auth/accept-invitation",
    "POST /auth/reset-password", "GET /auth/providers", "POST /auth/oidc/start", "POST /auth/oidc/finish",
  ]
  static let paths: Set<String> = ["/livez", "/readyz", "/openapi.yaml"]

  static func add(to router: Router<APIContext>, _ api: APIDependencies) {
    router.get("/livez") { _, _ -> Response in Reply(["status": "ok"]).response }
    router.get("/readyz") { request, _ -> Response in try await ready(request, api).response }
    router.get("/openapi.yaml") { _, _ -> Response in
      Reply(bytes: PackageResources.openapi_yaml, contentType: "application/yaml").response
    }
  }

  /// Ready when the store answers.
  private static func ready(_ request: Request, _ api: APIDependencies) async throws -> Reply {
    let isVerbose = request.uri.queryParameters.get("verbose") != nil
    do {
      _ = try await api.tags.tags(in: .initial, page: PageRequest(limit: 1))
      return Reply(isVerbose ? ["status": "ok", "parts": ["store": "ok"]] : ["status": "ok"])
    } catch {
      let value: JSONValue =
        isVerbose
        ? ["status": "unavailable", "parts": ["store": .string(error.code.rawValue)]] : ["status": "unavailable"]
      return Reply(.serviceUnavailable, value).with("Retry-After", "1")
    }
  }
}
