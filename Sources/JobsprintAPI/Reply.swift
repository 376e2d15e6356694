import HTTPTypes
import Hummingbird
import JobsprintDomain
import NIOCore

/// An answer before it is HTTP.
struct Reply: Sendable {
  var status: HTTPResponse.Status
  var bytes: [UInt8]
  var contentType: String
  var headers: [(String, String)] = []
  /// In place of the bytes, written while it comes about.
  var live: ResponseBody?

  init(_ status: HTTPResponse.Status = .ok, bytes: [UInt8], contentType: String = "application/json") {
    self.status = status
    self.bytes = bytes
    self.contentType = contentType
  }

  init(_ status: HTTPResponse.Status, _ value: JSONValue) { self.init(status, bytes: value.jsonBytes) }

  init(_ value: JSONValue) { self.init(.ok, value) }

  /// Done, and nothing to say.
  static let nothing = Reply(.noContent, bytes: [])

  func with(_ name: String, _ value: String) -> Reply {
    var reply = self
    reply.headers.append((name, value))
    return reply
  }

  var response: Response {
    var fields = HTTPFields()
    if status != .noContent { fields[.contentType] = contentType }
    fields[.cacheControl] = "no-store"
    for (name, value) in headers { fields.set(name, value) }
    return Response(status: status, headers: fields, body: live ?? ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension HTTPFields {
  mutating func set(_ name: String, _ value: String) {
    if let name = HTTPField.Name(name) { self[name] = value }
  }

  func first(_ name: String) -> String? { HTTPField.Name(name).flatMap { self[$0] } }
}
