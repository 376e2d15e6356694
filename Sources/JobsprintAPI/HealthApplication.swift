import HTTPTypes
import Hummingbird
import JobsprintDomain
public import Logging
public import ServiceLifecycle

/// Named checks, each with what is wrong, or nil.
public struct HealthChecks: Sendable {
  let live: @Sendable () async -> [String: String?]
  let ready: @Sendable () async -> [String: String?]

  public init(
    live: @escaping @Sendable () async -> [String: String?], ready: @escaping @Sendable () async -> [String: String?]
  ) {
    self.live = live
    self.ready = ready
  }
}

/// `/livez`, `/readyz` and `/metrics` of a process that has no API.
/// - Parameter metrics: in Prometheus's text format. Anybody can ask who reaches the port.
public func makeHealthApplication(
  _ checks: HealthChecks, metrics: @escaping @Sendable () -> String, host: String, port: Int, log: Logger,
  onReady: @escaping @Sendable (Int) async -> Void
) -> some Service {
  let router = Router()
  router.get("/livez") { _, _ -> Response in reply(await checks.live()).response }
  router.get("/readyz") { _, _ -> Response in reply(await checks.ready()).response }
  addMetrics(metrics, to: router)
  return application(router, host: host, port: port, log: log, onReady: onReady)
}

/// `/metrics` alone, for a process whose API has a port of its own.
/// - Parameter metrics: in Prometheus's text format. Anybody can ask who reaches the port.
public func makeMetricsApplication(
  _ metrics: @escaping @Sendable () -> String, host: String, port: Int, log: Logger,
  onReady: @escaping @Sendable (Int) async -> Void
) -> some Service {
  let router = Router()
  addMetrics(metrics, to: router)
  return application(router, host: host, port: port, log: log, onReady: onReady)
}

private func addMetrics(_ metrics: @escaping @Sendable () -> String, to router: Router<BasicRequestContext>) {
  router.get("/metrics") { _, _ -> Response in
    Reply(bytes: Array(metrics().utf8), contentType: MetricsRoutes.contentType).response
  }
}

private func application(
  _ router: Router<BasicRequestContext>, host: String, port: Int, log: Logger,
  onReady: @escaping @Sendable (Int) async -> Void
) -> some Service {
  Application(
    router: router, configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
    onServerRunning: { channel in await onReady(channel.localAddress?.port ?? port) }, logger: log)
}

private func reply(_ checks: [String: String?]) -> Reply {
  let isWell = checks.values.allSatisfy { $0 == nil }
  let parts = JSONObject(checks.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value ?? "ok")) })
  let value: JSONValue = ["status": isWell ? "ok" : "unavailable", "parts": .object(parts)]
  return isWell ? Reply(value) : Reply(.serviceUnavailable, value).with("Retry-After", "1")
}
