import Hummingbird
import JobsprintAccess
import JobsprintDomain
import Logging
import NIOCore

/// What belongs to one request.
struct APIContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// From `X-Request-Id`, or minted.
  var requestID = ""
  /// The caller's, with this request as its last span; nil where he names none.
  var trace: TraceContext?

  /// Where the request comes from, without its port; nil where the connection does not say.
  let address: String?
  /// The connection.
  let channel: any Channel

  init(source: Source) {
    coreContext = .init(source: source)
    channel = source.channel
    address = source.channel.remoteAddress?.ipAddress
  }

  /// What a line of the log says of an error.
  func metadata(of error: any Error) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["error": "\(error)", "request": "\(requestID)"]
    if let trace { metadata["trace"] = "\(trace.trace)" }
    return metadata
  }
}
