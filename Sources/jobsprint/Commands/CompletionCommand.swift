import ArgumentParser

struct CompletionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Prints a script that completes commands in your shell.",
    discussion: """
      EXAMPLE: jobsprint completion bash > ~/.local/share/bash-completion/completions/jobsprint
      EXAMPLE: jobsprint completion zsh > ~/.zfunc/_jobsprint
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  func run() async throws {
    let completion: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Terminal.say(Jobsprint.completionScript(for: completion))
  }
}
