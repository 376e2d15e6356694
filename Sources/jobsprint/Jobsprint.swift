import ArgumentParser

@main
struct Jobsprint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobsprint",
    abstract: "A workflow automation backend: n8n's workflows, executed durably.",
    subcommands: [ServeCommand.self, BenchCommand.self])
}
