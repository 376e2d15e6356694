import Crypto
import Foundation
public import JobsprintDomain

/// A JWT as RFC 7519 and RFC 7515 describe it, made by hand, so that it can be wrong in one place.
public struct HandmadeTicket {
  public var algorithm = "HS256"
  public var key = "one"
  public var secret: Character = "a"
  public var issuer = "jobsprint"
  public var audience = "jobsprint-worker"
  public var execution: ExecutionID = .numbered(1)
  public var workspace: WorkspaceID = .initial
  /// Seconds since 1970.
  public var issued: Int64
  public var lifetime: Int64 = 3600

  public init(issued: Int64) {
    self.issued = issued
  }

  public var text: String {
    let header: JSONValue = ["alg": .string(algorithm), "kid": .string(key), "typ": "JWT"]
    let claims: JSONValue = [
      "iss": .string(issuer), "aud": .string(audience), "sub": .string("\(execution)"),
      "wsp": .string("\(workspace)"), "iat": .integer(issued), "exp": .integer(issued + lifetime),
    ]
    let content = "\(Self.base64(header.jsonBytes)).\(Self.base64(claims.jsonBytes))"
    guard algorithm != "none" else { return content + "." }
    let key = SymmetricKey(data: Self.bytes(of: secret))
    let code = HMAC<SHA256>.authenticationCode(for: Data(content.utf8), using: key)
    return "\(content).\(Self.base64(Array(code)))"
  }

  /// `id:secret`, as a setting has it.
  /// - Parameter secret: stands for 32 bytes.
  public static func keyText(_ id: String, secret: Character = "a") -> String {
    "\(id):\(bytes(of: secret).hexadecimalText)"
  }

  private static func bytes(of secret: Character) -> [UInt8] {
    (0..<32).map { $0 &* 7 &+ (secret.asciiValue ?? 0) }
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
