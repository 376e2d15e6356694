/// A request to an identity provider.
public struct ProviderRequest: Sendable {
  public let address: String
  /// Sent as `POST`, as `application/x-www-form-urlencoded`; nil: a `GET`.
  public let form: String?
  /// May hold a secret.
  public let authorization: String?

  public init(_ address: String, form: String? = nil, authorization: String? = nil) {
    self.address = address
    self.form = form
    self.authorization = authorization
  }
}

public struct ProviderAnswer: Sendable {
  public let status: Int
  public let body: [UInt8]

  public init(status: Int, body: [UInt8]) {
    self.status = status
    self.body = body
  }
}

/// No answer, or none that could be read. Without addresses: they may hold a secret.
public struct ProviderFailure: Error, Sendable {
  public let reason: String

  public init(reason: String) { self.reason = reason }
}

/// The way to identity providers: limited in time and size, and never led to another host by an answer.
public protocol ProviderTransport: Sendable {
  func send(_ request: ProviderRequest) async throws(ProviderFailure) -> ProviderAnswer
}
