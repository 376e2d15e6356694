import Foundation
import JobsprintDomain

/// The programs that a measurement loads: one, or an API and a worker.
struct MeasuredSite: Sendable {
  /// Takes the requests.
  let front: MeasuredServer
  private let worker: MeasuredServer?

  static func open(_ context: BenchContext) async throws -> MeasuredSite {
    var environment: [String: String?] = context.settings.mapValues { $0 }
    environment["JOBSPRINT_DATABASE_URL"] = context.database
    environment["JOBSPRINT_BROKER_URL"] = context.broker
    guard context.broker != nil else {
      environment["JOBSPRINT_DATA"] = context.folder.appending(path: "data").path
      return MeasuredSite(
        front: try await MeasuredServer(context.executable, ["serve", "--port", "0"], environment: environment),
        worker: nil)
    }
    environment["JOBSPRINT_TICKET_KEYS"] = "bench:\((0..<32).map { UInt8($0) }.hexadecimalText)"
    let folder = URL(filePath: context.executable).deletingLastPathComponent()
    func program(_ name: String) async throws -> MeasuredServer {
      try await MeasuredServer(folder.appending(path: name).path, ["--port", "0"], environment: environment)
    }
    return MeasuredSite(front: try await program("jobsprint-api"), worker: try await program("jobsprint-worker"))
  }

  private var all: [MeasuredServer] { [front] + [worker].compactMap { $0 } }

  /// SIGTERM, and waits until all are gone.
  func stop() { for server in all { server.stop() } }

  /// MB.
  var residentMemory: Double { all.reduce(0) { $0 + $1.residentMemory } }

  /// Of the worker alone; MB.
  var workerMemory: Double { worker?.residentMemory ?? .nan }

  /// Seconds so far.
  var processorTime: Double { all.reduce(0) { $0 + $1.processorTime } }
}
