import AsyncHTTPClient
import Foundation
import Glibc
import JobsprintTesting
import NIOCore
import NIOHTTP1
import Testing

/// A program whose database is away when it starts, or refuses it.
@Suite(.enabled(if: Installation.postgres != nil, "eval \"$(scripts/services env DIR)\" names the servers"))
struct StoreArrivalTests {
  private struct Answer {
    let status: UInt
    let retryAfter: String?
    let body: String
  }

  private func get(_ url: String) async throws -> Answer {
    let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
    let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
    return Answer(
      status: response.status.code, retryAfter: response.headers.first(name: "Retry-After"), body: body)
  }

  private func jobsprint(_ arguments: [String], _ address: String) throws -> (process: Process, errors: Pipe) {
    let process = Process()
    process.executableURL = ServerProcess.executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["JOBSPRINT_DATABASE_URL": address]) { $1 }
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    return (process, errors)
  }

  /// A port that nobody listens on now.
  private var freePort: UInt16 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(socket, $0, length)
        _ = getsockname(socket, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  @Test(.timeLimit(.minutes(2))) func aDatabaseThatIsAwayAtTheStartIsWaitedFor() async throws {
    let services = TestServices()
    try await services.start("postgres")
    let address = try services.value("JOBSPRINT_TEST_POSTGRES")
    let (migrating, _) = try jobsprint(["migrate", "up"], address)
    migrating.waitUntilExit()
    #expect(migrating.terminationStatus == 0)
    try await services.halt("postgres")
    let base = "http://127.0.0.1:\(freePort)"
    let port = String(base.split(separator: ":")[2])
    async let starting = ServerProcess(
      "jobsprint", ["serve", "--port", port], environment: ["JOBSPRINT_DATABASE_URL": address])
    try await eventually { (try? await get(base + "/livez"))?.status == 200 }
    let ready = try await get(base + "/readyz")
    #expect(ready.status == 503 && ready.retryAfter == "1" && ready.body.contains("out of reach"))
    let call = try await get(base + "/api/v1/workflows")
    #expect(call.status == 503 && call.retryAfter == "1" && call.body.contains("store_unavailable"))
    try await services.start("postgres")
    let server = try await starting
    // A connection that was kept from before may be found closed once.
    try await eventually { (try? await get(base + "/readyz"))?.status == 200 }
    #expect(server.stop() == 0)
  }

  @Test(.timeLimit(.minutes(2))) func whoeverWaitsCanBeStopped() async throws {
    let port = freePort
    let (process, _) = try jobsprint(
      ["serve", "--port", "\(port)"], "postgres://nobody@127.0.0.1:\(freePort)/nothing")
    try await eventually { (try? await get("http://127.0.0.1:\(port)/readyz"))?.status == 503 }
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test(.timeLimit(.minutes(2)), arguments: ["password", "database", "schema"])
  func whatDoesNotPassByItselfEndsTheProgram(whatIsWrong: String) async throws {
    var address = try #require(URLComponents(string: Installation.postgres ?? ""))
    switch whatIsWrong {
    case "password": address.password = "wrong"
    case "database": address.path = "/there_is_none"
    default: address.path = "/template1"
    }
    let (process, errors) = try jobsprint(["serve", "--port", "0"], try #require(address.string))
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(text.contains(whatIsWrong == "schema" ? "jobsprint migrate" : "refuses the connection"), "\(text)")
    #expect(!text.contains("LOCATION"))
  }
}
