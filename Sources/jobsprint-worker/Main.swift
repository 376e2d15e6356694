import ArgumentParser
import JobsprintBootstrap

/// A worker: it takes wake-ups from RabbitMQ and executes what they name.
@main struct JobsprintWorkerProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobsprint-worker",
    abstract: "Executes what jobsprint-api has accepted.",
    discussion: """
      Needs JOBSPRINT_DATABASE_URL, JOBSPRINT_BROKER_URL and JOBSPRINT_TICKET_KEYS; the README lists all
      settings. SIGTERM drains it: nothing new is taken, what runs ends or is handed back within
      JOBSPRINT_GRACE_SECONDS.
      """)

  @Option(help: "Address of the health port (default 127.0.0.1, this machine only).")
  var host: String?

  @Option(help: "Port for /livez and /readyz (default 8081; 0 for any free one).")
  var port: Int?

  @Option(
    help: ArgumentHelp(
      "A worker tag that it carries; may be repeated (default: JOBSPRINT_WORKER_TAGS, or untagged).",
      discussion:
        "It takes executions of workflows with one of these settings.workerTag, and of those without one only "
        + "where untagged is among them."))
  var tag: [String] = []

  func run() async throws {
    let status = await ProcessRunner(.worker, host: host, port: port, tags: tag).run()
    if status != 0 { throw ExitCode(status) }
  }
}
