import Glibc
import JobsprintAccess
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime
import NIOCore

/// A worker has stopped because a node went on long after it was told to leave off: only the end of the process ends
/// it.
struct StuckNode: Error {
  let execution: ExecutionID

  var message: String {
    "a node of the execution \(execution) went on although it was canceled, taken over or out of time. What else ran here "
      + "was handed back; start the worker again."
  }
}

/// A failure of the store or of access, in words for the person at the shell.
public func explanation(of failure: any Error) -> String {
  switch failure {
  case let error as PortError: error.message
  case let error as AccessError: error.message
  case let error as RuntimeError: error.message
  case let error as SettingError: error.message
  case let error as ArchiveError: error.message
  case let error as StuckNode: error.message
  default: "\(failure)"
  }
}

/// Why the process could not start or go on, in words for the person at the shell.
public func explanation(of failure: any Error, for configuration: ProcessConfiguration) -> String {
  switch failure {
  case let error as IOError where error.errnoCode == EADDRINUSE:
    "port \(configuration.port) on \(configuration.host) is in use. Stop what uses it, or choose another with --port."
  case let error as IOError where error.errnoCode == EACCES:
    "port \(configuration.port) may not be opened by this user. Choose one above 1023 with --port."
  case let error as IOError:
    "can't listen on \(configuration.host), port \(configuration.port): \(error.description)"
  default: explanation(of: failure)
  }
}
