// Tokens of the ring are any library's tokens, both ways: those of PyJWT and of authlib, in Debian's Python.

import Foundation
import JobsprintDomain
import JobsprintTesting
import Testing

@testable import JobsprintAccess

@Suite(.timeLimit(.minutes(1)), .enabled(if: OtherLibrary.isExpected, "python3-jwt and python3-authlib are missing"))
struct TokensOfOthersTests {
  private let claims: JSONObject = ["sub": "é\u{0}\"∞", "exp": 1_900_000_000, "nested": ["list": [1, nil, true]]]
  private let secret = (0..<40).map { UInt8($0 * 6) }

  private func ring(type: String = "JWT") throws -> JWTRing { try #require(JWTRing([("one", secret)], type: type)) }

  @Test(arguments: OtherLibrary.allCases)
  private func readsWhatTheRingHasSigned(_ library: OtherLibrary) throws {
    for type in ["JWT", "at+jwt"] {
      let token = try ring(type: type).sign(claims)
      #expect(try library.claims(of: token, secret: secret) == .object(claims))
      #expect(try library.claims(of: token.dropLast() + (token.hasSuffix("A") ? "B" : "A"), secret: secret) == nil)
      #expect(try library.claims(of: token, secret: secret.reversed()) == nil)
    }
  }

  @Test(arguments: OtherLibrary.allCases)
  private func signsWhatTheRingReads(_ library: OtherLibrary) throws {
    let token = try library.token(of: claims, key: "one", secret: secret)
    #expect(try ring().verify(token) == .object(claims))
    #expect(throws: JWTRefusal.header) { try ring(type: "at+jwt").verify(token) }
    #expect(throws: JWTRefusal.signature) { try JWTRing([("one", [1])], type: "JWT")?.verify(token) }
    #expect(throws: JWTRefusal.self) {
      try ring().verify(library.token(of: claims, key: "one", secret: secret, algorithm: "HS512"))
    }
  }
}

private enum OtherLibrary: String, CaseIterable {
  case pyJWT, authlib

  private static let python = "/usr/bin/python3"

  /// Where all tests are asked for, as in CI, those without their libraries fail.
  static let isExpected =
    ProcessInfo.processInfo.environment["CI"] != nil || ProcessInfo.processInfo.environment["JOBSPRINT_TEST_ALL"] != nil
    || (try? run("import jwt, authlib", [])) != nil

  private var script: String {
    switch self {
    case .pyJWT:
      """
      import json, sys, jwt
      def sign(claims, key, head): return jwt.encode(claims, key, algorithm=head["alg"], headers=head)
      def read(token, key): return jwt.decode(token, key, algorithms=["HS256"])
      """
    case .authlib:
      """
      import json, sys
      from authlib.jose import JsonWebToken
      def sign(claims, key, head): return JsonWebToken([head["alg"]]).encode(head, claims, key).decode()
      def read(token, key):
        claims = JsonWebToken(["HS256"]).decode(token, key)
        claims.validate()
        return claims
      """
    }
  }

  func token(of claims: JSONObject, key: String, secret: [UInt8], algorithm: String = "HS256") throws -> String {
    let head: JSONObject = ["alg": .string(algorithm), "kid": .string(key)]
    let call = "print(sign(json.loads(sys.argv[1]), bytes.fromhex(sys.argv[2]), json.loads(sys.argv[3])))"
    return try #require(
      try Self.run(
        "\(script)\n\(call)", [JSONValue.object(claims).jsonText, hex(secret), JSONValue.object(head).jsonText]))
  }

  /// nil where the library refuses the token.
  func claims(of token: String, secret: [UInt8]) throws -> JSONValue? {
    try Self.run("\(script)\nprint(json.dumps(read(sys.argv[1], bytes.fromhex(sys.argv[2]))))", [token, hex(secret)])
      .map { try JSONValue(parsing: Array($0.utf8)) }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What the program prints; nil where it fails.
  private static func run(_ program: String, _ arguments: [String]) throws -> String? {
    let finished = try FinishedProgram(python, ["-c", program] + arguments)
    guard finished.status == 0 else { return nil }
    return String(decoding: finished.output, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}
