import Hummingbird
import JobsprintAccess
import Logging

/// What belongs to one request.
struct APIContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// From `X-Request-Id`, or minted.
  var requestID = ""

  init(source: Source) { coreContext = .init(source: source) }
}
