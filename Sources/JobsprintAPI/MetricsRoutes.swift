import HTTPTypes
import JobsprintDomain

/// What this process does, for Prometheus: for the installation's operator.
enum MetricsRoutes {
  /// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  // Where scrapers look for it by themselves.
  static let all = [APIRoute(.get, "/metrics", needs: .scope(.metricsRead), base: "", read)]

  @Sendable private static func read(_ call: APICall) async throws -> Reply {
    Reply(bytes: Array(call.api.metrics().utf8), contentType: contentType)
  }
}
