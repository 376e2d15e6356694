import AsyncHTTPClient
import JobsprintTesting
import NIOCore
import NIOHTTP1
import Testing

/// What a worker says of itself on its health port.
@Suite(.enabled(if: Installation.areServersThere, "eval \"$(scripts/services env DIR)\" names the servers"))
struct WorkerHealthTests {
  @Test(.timeLimit(.minutes(2))) func aWorkerWithoutItsStoreLivesAndIsNotReady() async throws {
    let installation = try await Installation(workers: 1)
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    defer { http.shutdown { _ in } }
    let worker = try #require(installation.workers.first)
    func status(of path: String) async throws -> UInt {
      try await http.execute(HTTPClientRequest(url: worker.baseURL + path), timeout: .seconds(30)).status.code
    }
    // Its consumers are attached a moment after it answers.
    while try await status(of: "/livez") != 200 {}
    #expect(try await status(of: "/readyz") == 200)
    try await installation.dropDatabase()
    #expect(try await status(of: "/readyz") == 503)
    #expect(try await status(of: "/livez") == 200)
    installation.kill()
  }
}
