import JobsprintDomain
import JobsprintTesting
import OpenSSL
import Testing

@testable import JobsprintAccess

/// Passwords: what is taken, how it is kept, and that nobody learns who exists.
@Suite(.timeLimit(.minutes(1))) struct PasswordHasherTests {
  private let weak = Scrypt(cost: 16, blockSize: 1, parallelism: 1)

  /// RFC 7914, 12.
  @Test func scryptIsTheOneOfTheStandard() throws {
    #expect(
      try weak.key(from: [], salt: [], length: 64).hexadecimalText
        == "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")
    let large = Scrypt(cost: 16_384, blockSize: 8, parallelism: 1)
    #expect(
      try large.key(from: Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8), length: 64).hexadecimalText
        == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")
  }

  @Test func aPasswordIsRightForItsHashOnly() async throws {
    let hasher = PasswordHasher(weak)
    let (one, two) = (try await hasher.hash("correct horse battery"), try await hasher.hash("correct horse battery"))
    #expect(one != two, "each has a salt of its own")
    #expect(one.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
    #expect(try await hasher.isRight("correct horse battery", for: one))
    #expect(try await !hasher.isRight("correct horse batterz", for: one))
    #expect(try await !hasher.isRight("", for: one))
    for broken in [nil, "", "$scrypt$", "plain", one.replacing("ln=4", with: "ln=40"), String(one.dropLast(8))] {
      #expect(try await !hasher.isRight("correct horse battery", for: broken))
    }
  }

  @Test func storedParametersStayGoodWhenNewOnesAreRaised() async throws {
    let old = try await PasswordHasher(weak).hash("correct horse battery")
    let raised = PasswordHasher(Scrypt(cost: 64, blockSize: 2, parallelism: 2))
    #expect(try await raised.isRight("correct horse battery", for: old))
    #expect(try await raised.hash("correct horse battery").hasPrefix("$scrypt$ln=6,r=2,p=2$"))
    #expect(PasswordHasher.standard.memory < 64 << 20)
  }

  @Test func oneTextTypedOnTwoKeyboardsIsOnePassword() async throws {
    let hasher = PasswordHasher(weak)
    let hash = try await hasher.hash("caf\u{E9} au lait \u{FB01}n")
    #expect(try await hasher.isRight("cafe\u{301} au lait fin", for: hash))
  }

  @Test(arguments: [
    ("12345678901", false), ("123456789012", true), ("éééééééééééé", true), (String(repeating: "a", count: 1024), true),
    (String(repeating: "a", count: 1025), false), ("", false), ("            ", true),
  ])
  func lengthIsTheOnlyRule(_ password: String, _ isTaken: Bool) async throws {
    let hasher = PasswordHasher(weak)
    if isTaken {
      #expect(try await hasher.isRight(password, for: try await hasher.hash(password)))
    } else {
      let error = await #expect(throws: AccessError.self) { try await hasher.hash(password) }
      #expect(error?.code == .passwordUnfit)
      #expect(password.isEmpty || error?.message.contains(password) == false)
    }
  }

  /// The work is done for nobody's hash as well: so many at once are too many for it, too.
  @Test func whoHasNoPasswordCostsTheSame() async throws {
    let hasher = PasswordHasher(Scrypt(cost: 1 << 12, blockSize: 8, parallelism: 1), atOnce: 1, mostWaiting: 3)
    let refused = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 {
        group.addTask { (try? await hasher.isRight("wrong horse battery", for: nil)) == nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(refused > 0)
    #expect(try await !hasher.isRight("wrong horse battery", for: nil))
  }

  @Test func tooManyAtOnceAreRefusedWithATime() async throws {
    let hasher = PasswordHasher(Scrypt(cost: 1 << 12, blockSize: 8, parallelism: 1), atOnce: 1, mostWaiting: 3)
    let refused = await withTaskGroup(of: AccessError?.self) { group in
      for _ in 0..<20 {
        group.addTask {
          do { _ = try await hasher.hash("correct horse battery") } catch { return error as? AccessError }
          return nil
        }
      }
      return await group.reduce(into: [AccessError]()) { if let error = $1 { $0.append(error) } }
    }
    #expect(!refused.isEmpty && refused.count < 20)
    #expect(refused.allSatisfy { $0.code == .tooManyAttempts && $0.retryAfter == .seconds(1) })
    #expect(try await hasher.hash("correct horse battery").hasPrefix("$scrypt$"))
  }
}
