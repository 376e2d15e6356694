import Crypto
import Foundation
import JobsprintDomain
import JobsprintTesting

/// A JWT as RFC 7519 and RFC 7515 describe it, made by hand, so that it can be wrong in one place.
struct HandmadeTicket {
  var algorithm = "HS256"
  var key = "one"
  var secret: Character = "a"
  var issuer = "jobsprint"
  var audience = "jobsprint-worker"
  var execution: ExecutionID = .numbered(1)
  var workspace: WorkspaceID = .initial
  /// Seconds since 1970.
  var issued: Int64
  var lifetime: Int64 = 3600

  var text: String {
    let header: JSONValue = ["alg": .string(algorithm), "kid": .string(key), "typ": "JWT"]
    let claims: JSONValue = [
      "iss": .string(issuer), "aud": .string(audience), "sub": .string("\(execution)"),
      "wsp": .string("\(workspace)"), "iat": .integer(issued), "exp": .integer(issued + lifetime),
    ]
    let content = "\(Self.base64(header.jsonBytes)).\(Self.base64(claims.jsonBytes))"
    guard algorithm != "none" else { return content + "." }
    let bytes = [UInt8](repeating: UInt8(String(repeating: secret, count: 2), radix: 16) ?? 0, count: 32)
    let code = HMAC<SHA256>.authenticationCode(for: Data(content.utf8), using: SymmetricKey(data: bytes))
    return "\(content).\(Self.base64(Array(code)))"
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
