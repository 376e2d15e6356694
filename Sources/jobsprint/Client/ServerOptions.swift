import ArgumentParser
import Foundation

/// Which server a command talks to.
struct ServerOptions: ParsableArguments {
  @Option(help: "The server's address (default: JOBSPRINT_SERVER, else http://127.0.0.1:8080).")
  var server: String?

  @Option(help: "File that holds the API key (default: the key in JOBSPRINT_API_KEY).")
  var keyFile: String?

  @Flag(help: "Print JSON.")
  var json = false

  func client() throws -> APIClient {
    let environment = ProcessInfo.processInfo.environment
    var key = environment["JOBSPRINT_API_KEY"]
    if let keyFile {
      do { key = try String(contentsOfFile: keyFile, encoding: .utf8) } catch {
        throw CommandFailure("The key file \(keyFile) can't be read.", next: "Check --key-file.")
      }
    }
    return try APIClient(
      server: server ?? environment["JOBSPRINT_SERVER"] ?? "http://127.0.0.1:8080",
      key: key?.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
