import Crypto
import Foundation
public import JobsprintDomain

/// An access token as RFC 7515, 7519 and 9068 describe it, made by hand, so that it can be wrong in one place.
public struct HandmadeToken {
  public var header: JSONObject
  public var claims: JSONObject
  public var secret: [UInt8]

  /// - Parameter issued: seconds since 1970.
  public init(
    key: String, secret: [UInt8], user: UserID, session: SessionID, workspace: WorkspaceID = .initial, issued: Int64
  ) {
    header = ["alg": "HS256", "kid": .string(key), "typ": "at+jwt"]
    claims = [
      "iss": "jobsprint", "aud": "jobsprint-api", "knd": "access", "sub": .string("\(user)"),
      "sid": .string("\(session)"), "wsp": .string("\(workspace)"), "iat": .integer(issued), "nbf": .integer(issued),
      "exp": .integer(issued + 3600),
    ]
    self.secret = secret
  }

  public var content: String {
    "\(Self.base64(JSONValue.object(header).jsonBytes)).\(Self.base64(JSONValue.object(claims).jsonBytes))"
  }

  /// Signed with HMAC-SHA256, whatever the header says.
  public var text: String {
    let code = HMAC<SHA256>.authenticationCode(for: Data(content.utf8), using: SymmetricKey(data: secret))
    return "\(content).\(Self.base64(Array(code)))"
  }

  /// Signed with the algorithm of the header, where that is HS384 or HS512; else without a signature.
  public var textAsTheHeaderSays: String {
    let (data, key) = (Data(content.utf8), SymmetricKey(data: secret))
    switch header["alg"] {
    case "HS384": return "\(content).\(Self.base64(Array(HMAC<SHA384>.authenticationCode(for: data, using: key))))"
    case "HS512": return "\(content).\(Self.base64(Array(HMAC<SHA512>.authenticationCode(for: data, using: key))))"
    default: return content + "."
    }
  }

  public static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
