// Every error of the floors below, as HTTP: the one place that knows.

import HTTPTypes
import JobsprintAccess
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
      places: error.issues.map {
        // A place in the items, or in a credential, is not one in the workflow.
        let isNoWorkflow = error.code == .inputMalformed || error.code == .credentialMalformed
        let code = isNoWorkflow ? error.code.rawValue : $0.code.rawValue
        return Place(pointer: $0.pointer, code: code, detail: $0.message)
      })
    if error.code == .idempotencyKeyInFlight { headers = [("Retry-After", "1")] }
  }

  init(_ error: AccessError) {
    self.init(status: Self.status(of: error.code), code: error.code.rawValue, detail: error.message)
    if let wait = error.retryAfter {
      // Whole seconds, and never too few.
      headers = [("Retry-After", "\(max(1, Int((wait / .seconds(1)).rounded(.up))))")]
    }
    if status == .unauthorized { headers.append(("WWW-Authenticate", "Bearer")) }
  }

  init(_ error: PortError) {
    self.init(status: Self.status(of: error.code), code: error.code.rawValue, detail: Self.detail(of: error.code))
    if error.code == .unavailable || error.code == .inUse { headers = [("Retry-After", "1")] }
  }

  private static func status(of code: RuntimeError.Code) -> HTTPResponse.Status {
    switch code {
    case .workflowNotFound, .versionNotFound, .executionNotFound, .deadLetterNotFound, .tagNotFound,
      .variableNotFound, .credentialNotFound, .credentialTypeNotFound, .apiKeyNotFound, .workspaceNotFound:
      .notFound
    case .workflowMalformed, .workflowNotRunnable, .nodeNotFound, .inputMalformed, .credentialMalformed: .badRequest
    case .workflowChanged: .preconditionFailed
    case .workflowArchived, .executionEnded, .executionNotEnded, .deadLetterSettled, .nameTaken,
      .tooManyVariables, .credentialSealed, .idempotencyKeyInFlight:
      .conflict
    case .idempotencyKeyReused: .unprocessableContent
    case .credentialsOff: .serviceUnavailable
    case .store: .internalServerError
    }
  }

  private static func status(of code: AccessError.Code) -> HTTPResponse.Status {
    switch code {
    case .loginRefused, .refreshRefused, .identityRefused: .unauthorized
    case .tooManyAttempts: .tooManyRequests
    case .passwordUnfit, .emailUnfit, .tokenUnusable, .signInUnusable, .identityUnfit: .badRequest
    case .emailTaken, .memberAlready, .nameTaken, .lastOwner, .refreshSuperseded, .identityTaken, .tooManyIdentities,
      .lastIdentity:
      .conflict
    case .userNotFound, .serviceAccountNotFound, .sessionNotFound, .invitationNotFound, .providerNotFound,
      .identityNotFound:
      .notFound
    case .roleRefused, .identityUnknown: .forbidden
    case .signInOff, .providerUnavailable: .serviceUnavailable
    case .weakKey: .internalServerError
    }
  }

  /// The store's own message names paths and hosts: it is for the log.
  private static func detail(of code: PortError.Code) -> String {
    switch code {
    case .unavailable, .inUse: "The store can't be reached just now. Try again."
    case .full: "The store has no room left. The operator has to free some space; then try again."
    case .refused: "The store refuses a value of this request. Change it; trying again won't help."
    case .newer, .forbidden, .corrupted: "The store can't be used. The log of the server says why."
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
