import ArgumentParser
import JobsprintBootstrap

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
    let status = await ProcessRunner(.embedded, host: host, port: port, folder: data).run()
    if status != 0 { throw ExitCode(status) }
  }
}
