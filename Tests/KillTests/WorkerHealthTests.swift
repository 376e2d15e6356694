import AsyncHTTPClient
import JobsprintTesting
import NIOCore
import NIOHTTP1
import Testing

extension InstallationTests {
  /// What a worker says of itself on its health port.
  @Test(.timeLimit(.minutes(2))) func aWorkerWithoutItsStoreLivesAndIsNotReady() async throws {
    let installation = try await Installation(workers: 1)
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let worker = try #require(installation.workers.first).process
    func status(of path: String) async throws -> UInt {
      try await http.execute(HTTPClientRequest(url: worker.baseURL + path), timeout: .seconds(30)).status.code
    }
    // Its consumers are attached a moment after it answers.
    while try await status(of: "/livez") != 200 {}
    #expect(try await status(of: "/readyz") == 200)
    let metrics = try await http.execute(HTTPClientRequest(url: worker.baseURL + "/metrics"), timeout: .seconds(30))
    let text = String(buffer: try await metrics.body.collect(upTo: 1 << 20))
    for sample in [
      #"jobsprint_process_info{role="worker"} 1"#,
      #"jobsprint_rabbitmq_connection{connection="consuming",state="ready"} 1"#,
      #"jobsprint_postgres_connections{pool="primary"} 4"#,
      #"jobsprint_postgres_statements_total{pool="primary",statement="claims.beat",outcome="succeeded"}"#,
      "jobsprint_journal_fenced_total 0", "jobsprint_wake_ups_idle_total 0",
    ] {
      #expect(text.contains(sample), "\(sample) is not in: \(text)")
    }
    try await installation.database.drop()
    #expect(try await status(of: "/readyz") == 503)
    #expect(try await status(of: "/livez") == 200)
    try await installation.kill()
  }
}
