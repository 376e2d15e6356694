import AsyncHTTPClient
import NIOCore

/// How this program calls addresses that its operator has named: no other host is asked, so redirects are not followed.
enum OutgoingHTTP {
  static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .seconds(10)
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// Never the address: it may hold a secret.
  static func words(for error: any Error) -> String {
    (error as? HTTPClientError)?.shortDescription ?? "\(type(of: error))"
  }
}
