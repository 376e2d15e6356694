// Every error of the floors below, as HTTP: the one place that knows.

import HTTPTypes
import JobsprintDomain
import JobsprintPorts
import JobsprintRuntime

extension Problem {
  init(_ error: RuntimeError) {
    if let port = error.port {
      self.init(port)
      return
    }
    self.init(
      status: Self.status(of: error.code), code: error.code.rawValue, detail: error.message,
      places: error.issues.map { Place(pointer: $0.pointer, code: $0.code.rawValue, detail: $0.message) })
    if error.code == .stopping { headers = [("Retry-After", "5")] }
  }

  init(_ error: PortError) {
    self.init(status: Self.status(of: error.code), code: error.code.rawValue, detail: error.message)
    if error.code == .unavailable { headers = [("Retry-After", "1")] }
  }

  private static func status(of code: RuntimeError.Code) -> HTTPResponse.Status {
    switch code {
    case .workflowNotFound, .versionNotFound, .executionNotFound, .tagNotFound: .notFound
    case .workflowMalformed, .workflowNotRunnable, .nodeNotFound, .inputMalformed: .badRequest
    case .workflowChanged: .preconditionFailed
    case .workflowArchived, .executionEnded, .executionNotEnded, .nameTaken, .idempotencyKeyInFlight: .conflict
    case .idempotencyKeyReused: .unprocessableContent
    case .store: .internalServerError
    case .stopping: .serviceUnavailable
    }
  }

  private static func status(of code: PortError.Code) -> HTTPResponse.Status {
    switch code {
    case .unavailable, .inUse: .serviceUnavailable
    case .full: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
    case .refused: .badRequest
    case .newer, .forbidden, .corrupted: .internalServerError
    }
  }
}
