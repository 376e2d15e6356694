import ArgumentParser
import Foundation
import JobsprintBootstrap
import Logging

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Runs the API and the executor in one process, with everything in one folder.",
    discussion: """
      The first start makes an API key and shows it once. SIGTERM and Ctrl-C stop it in order; kill -9 loses nothing that
      was accepted.

      EXAMPLE: jobsprint serve --port 9000 --data /var/lib/jobsprint
      """)

  @Option(help: "Address to listen on (default 127.0.0.1, this machine only).")
  var host: String?

  @Option(help: "Port to listen on (default 8080; 0 for any free one).")
  var port: Int?

  @Option(help: "Folder that holds everything; it is made when it is missing (default ./data).")
  var data: String?

  func validate() throws {
    if let port, !(0...65535).contains(port) {
      throw ValidationError("--port must be from 0 to 65535, not \(port).")
    }
  }

  func run() async throws {
    var settings: ServeConfiguration
    do { settings = try ServeConfiguration.fromEnvironment() } catch { throw failure(explanation(of: error)) }
    if let host { settings.host = host }
    if let port { settings.port = port }
    if let data { settings.storage = .folder(data) }
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var log = Logger(label: "jobsprint")
    log.logLevel = settings.logLevel
    let (host, place) = (settings.host, settings.storage.name)
    do {
      let platform = try await EmbeddedPlatform(settings, log: log)
      // It is stored by now: whatever happens next, it can't be shown again.
      if let key = platform.newAPIKey { say("API key (shown only this once; keep it): \(key)") }
      try await platform.run { port in
        say("Jobsprint is ready: http://\(host):\(port)/api/v1  (data in \(place))")
      }
    } catch {
      throw failure(explanation(of: error, for: settings))
    }
  }

  private func failure(_ explanation: String) -> ExitCode {
    FileHandle.standardError.write(Data("jobsprint serve: \(explanation)\n".utf8))
    return ExitCode(1)
  }
}

private func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
