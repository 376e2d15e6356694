import ArgumentParser
import Foundation

/// Why a command could not do what it was asked, and the next step.
struct CommandFailure: Error {
  let message: String
  let next: String?
  let code: ExitStatus

  init(_ message: String, next: String? = nil, code: ExitStatus = .failed) {
    self.message = message
    self.next = next
    self.code = code
  }
}

/// What the exit code of every command says. (ArgumentParser ends with 64 where the command line is wrong.)
enum ExitStatus: Int32 {
  case done = 0
  /// The command, or the execution it ran, failed.
  case failed = 1
  /// The execution was canceled, or took too long.
  case canceled = 2
  /// No server answers.
  case unreachable = 3
  /// The server does not accept the key.
  case unauthorized = 4
}

/// Runs a command's body; a failure goes to stderr with its next step.
func reportingFailures(_ body: () async throws -> Void) async throws {
  do { try await body() } catch let failure as CommandFailure {
    Terminal.note("error: \(failure.message)")
    if let next = failure.next { Terminal.note("next:  \(next)") }
    throw ExitCode(failure.code.rawValue)
  }
}
