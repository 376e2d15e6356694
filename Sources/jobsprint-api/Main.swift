import ArgumentParser
import JobsprintBootstrap

/// The API alone: it takes requests, stores executions in PostgreSQL and publishes wake-ups to RabbitMQ.
@main struct JobsprintAPIProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobsprint-api",
    abstract: "Serves the REST API; executions are done by jobsprint-worker.",
    discussion: """
      Needs JOBSPRINT_DATABASE_URL, JOBSPRINT_BROKER_URL and JOBSPRINT_TICKET_KEYS; the README lists all
      settings. SIGTERM stops it in order.
      """)

  @Option(help: "Address to listen on (default 127.0.0.1, this machine only).")
  var host: String?

  @Option(help: "Port to listen on (default 8080; 0 for any free one).")
  var port: Int?

  func run() async throws {
    let status = await ProcessRunner(.api, host: host, port: port).run()
    if status != 0 { throw ExitCode(status) }
  }
}
