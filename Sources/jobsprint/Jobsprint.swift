import ArgumentParser

@main
struct Jobsprint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobsprint",
    abstract: "A workflow automation backend: n8n's workflows, executed durably.",
    discussion: """
      EXAMPLE: jobsprint serve
      EXAMPLE: jobsprint run order.json --input '{"amount": 5}'
      EXAMPLE: jobsprint import ~/n8n-backup/

      A server's address comes from --server or JOBSPRINT_SERVER,
      its key from --key-file or JOBSPRINT_API_KEY.

      Exit codes: 0 done, 1 failed, 2 canceled, 3 no server answers,
      4 the key is not accepted, 64 the command line is wrong.
      """,
    groupedSubcommands: [
      CommandGroup(name: "Run", subcommands: [ServeCommand.self, RunCommand.self]),
      CommandGroup(
        name: "Talk to a server",
        subcommands: [
          WorkflowsCommand.self, ExecutionsCommand.self, DeadLettersCommand.self, ImportCommand.self,
          ExportCommand.self,
          VariablesCommand.self, CredentialsCommand.self, KeysCommand.self, WorkspacesCommand.self, UsersCommand.self,
          ServiceAccountsCommand.self,
          AuditCommand.self,
        ]),
      CommandGroup(
        name: "Operate",
        subcommands: [
          DoctorCommand.self, MigrateCommand.self, BackupCommand.self, RestoreCommand.self, BenchCommand.self,
          CompletionCommand.self,
        ]),
    ])
}
