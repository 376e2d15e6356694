import Hummingbird
import JobsprintAccess
import Logging
import NIOCore

/// What belongs to one request.
struct APIContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// From `X-Request-Id`, or minted.
  var requestID = ""

  /// Where the request comes from, without its port; nil where the connection does not say.
  let address: String?
  /// The connection.
  let channel: any Channel

  init(source: Source) {
    coreContext = .init(source: source)
    channel = source.channel
    address = source.channel.remoteAddress?.ipAddress
  }
}
