import Foundation
import JWTKit
import JobsprintDomain
import JobsprintTesting
import Testing

@testable import JobsprintAccess

/// Tokens of the ring are any library's tokens, both ways.
@Suite(.timeLimit(.minutes(1))) struct TokensOfOthersTests {
  private struct Claims: JWTPayload, Equatable {
    var sub = "é\u{0}\"∞"
    var exp = 1_900_000_000

    func verify(using algorithm: some JWTAlgorithm) async throws {}
  }

  private let secret = (0..<40).map { UInt8($0 * 6) }

  private func library() async -> JWTKeyCollection {
    await JWTKeyCollection().add(hmac: HMACKey(from: Data(secret)), digestAlgorithm: .sha256, kid: "one")
  }

  private func ring() throws -> JWTRing { try #require(JWTRing([("one", secret)], type: "JWT")) }

  @Test func anotherLibraryReadsWhatTheRingHasSigned() async throws {
    let token = try ring().sign(["sub": .string(Claims().sub), "exp": .integer(Int64(Claims().exp))])
    #expect(try await library().verify(token, as: Claims.self) == Claims())
    await #expect(throws: JWTError.self) { try await library().verify(token.dropLast() + "A", as: Claims.self) }
  }

  @Test func theRingReadsWhatAnotherLibraryHasSigned() async throws {
    let token = try await library().sign(Claims(), kid: "one")
    let claims = try ring().verify(token)
    #expect(claims == ["sub": .string(Claims().sub), "exp": .integer(Int64(Claims().exp))])
    #expect(throws: JWTRefusal.header) { try JWTRing([("one", secret)], type: "at+jwt")?.verify(token) }
    #expect(throws: JWTRefusal.signature) { try JWTRing([("one", [1])], type: "JWT")?.verify(token) }
  }
}
