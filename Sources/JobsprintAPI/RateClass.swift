import HTTPTypes
import JobsprintDomain

/// Kinds of requests that are counted apart.
public enum RateClass: String, Sendable, Hashable, CaseIterable {
  /// By nobody that is known, counted for the address: signing in and what leads to it, and wrong keys and tokens.
  case anonymous
  case read
  case write
  /// What starts executions.
  case execute
}

extension APIRoute {
  var rateClass: RateClass {
    switch need {
    case .nothing: .anonymous
    case .scope(.workflowExecute), .scope(.executionRetry), .scope(.deadLetterRedrive): .execute
    case .identity, .session, .scope: method == .get ? .read : .write
    }
  }
}
