// Passwords are kept as scrypt hashes (docs/decisions/0016-scrypt-for-passwords.md), a few at a time and on threads of
// their own: each takes 32 MiB and some tenths of a second. Whoever has no password is compared with one that nobody
// has, so that an answer takes the same time.

import Crypto
import Dispatch
import Foundation
import JobsprintDomain
public import OpenSSL
import Synchronization

public final class PasswordHasher: Sendable {
  /// OWASP's password storage cheat sheet: of its equivalent settings, the one that needs 32 MiB.
  public static let standard = Scrypt(cost: 1 << 15, blockSize: 8, parallelism: 3)
  /// Characters (Unicode scalars).
  public static let shortest = 12
  /// Bytes.
  public static let longest = 1024

  private let parameters: Scrypt
  private let queues: [DispatchQueue]
  private let mostWaiting: Int
  private let state = Mutex((waiting: 0, next: 0))

  /// - Parameters:
  ///   - parameters: of new hashes; those that are stored keep theirs.
  ///   - atOnce: how many are computed at a time.
  ///   - mostWaiting: more are refused.
  public init(_ parameters: Scrypt = standard, atOnce: Int = 2, mostWaiting: Int = 32) {
    self.parameters = parameters
    self.mostWaiting = mostWaiting
    queues = (0..<max(1, atOnce)).map { DispatchQueue(label: "jobsprint.password.\($0)") }
  }

  /// - Throws: ``AccessError`` for a password that can't be taken, or when too many wait.
  public func hash(_ password: String) async throws -> String {
    let length = password.unicodeScalars.count
    guard length >= Self.shortest, password.utf8.count <= Self.longest else {
      throw AccessError(
        code: .passwordUnfit,
        message: "A password has \(Self.shortest) characters or more, and at most \(Self.longest) bytes; this one has "
          + "\(length) characters and \(password.utf8.count) bytes.")
    }
    return try await newHash(of: password)
  }

  /// Whether it is the password of a hash. Without a hash it never is, and that takes as long.
  /// - Throws: ``AccessError`` when too many wait.
  public func isRight(_ password: String, for stored: String?) async throws -> Bool {
    let known = stored.flatMap { PasswordHash($0) }
    let hash =
      known
      ?? PasswordHash(
        parameters: parameters, salt: [UInt8](repeating: 0, count: 16), key: [UInt8](repeating: 0, count: 32))
    // Longer ones are nobody's, and not worth hashing; their length is no secret.
    guard password.utf8.count <= Self.longest else { return false }
    let key = try await derive(password, salt: hash.salt, hash.parameters, length: hash.key.count)
    let difference = zip(key, hash.key).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
    return difference == 0 && known != nil
  }

  /// A hash of today's strength for a password that was found to be right; nil where the stored one has it.
  /// - Throws: ``AccessError`` when too many wait.
  public func stronger(than stored: String, for password: String) async throws -> String? {
    guard let known = PasswordHash(stored)?.parameters, known.work < parameters.work else { return nil }
    // Rules for new passwords don't ask again for one that is there.
    return try await newHash(of: password)
  }

  private func newHash(of password: String) async throws -> String {
    let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
    let key = try await derive(password, salt: salt, parameters, length: 32)
    return PasswordHash(parameters: parameters, salt: salt, key: key).text
  }

  private func derive(_ password: String, salt: [UInt8], _ scrypt: Scrypt, length: Int) async throws -> [UInt8] {
    let queue = state.withLock { state -> DispatchQueue? in
      guard state.waiting < mostWaiting else { return nil }
      state.waiting += 1
      state.next = (state.next + 1) % queues.count
      return queues[state.next]
    }
    guard let queue else {
      throw AccessError(
        code: .tooManyAttempts, message: "Too many people sign in at the moment. Try again in a second.",
        retryAfter: .seconds(1))
    }
    defer { state.withLock { $0.waiting -= 1 } }
    // One text typed on two keyboards is one password.
    let bytes = Array(password.precomposedStringWithCompatibilityMapping.utf8)
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try scrypt.key(from: bytes, salt: salt, length: length) }) }
    }
  }
}

extension Scrypt {
  /// What a guess costs: memory, as often as it is gone through.
  fileprivate var work: Int { cost * blockSize * parallelism }
}

/// A hash as it is stored: `$scrypt$ln=15,r=8,p=3$salt$key`, the last two in base64 without padding.
struct PasswordHash: Equatable {
  let parameters: Scrypt
  let salt: [UInt8]
  let key: [UInt8]

  init(parameters: Scrypt, salt: [UInt8], key: [UInt8]) {
    self.parameters = parameters
    self.salt = salt
    self.key = key
  }

  /// nil for other text, and for parameters that would take more than 1 GiB or minutes.
  init?(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
      let match = parts[2].wholeMatch(of: /ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})/), let logarithm = Int(match.1),
      let blockSize = Int(match.2), let parallelism = Int(match.3), (1...20).contains(logarithm),
      (1...32).contains(blockSize), (1...16).contains(parallelism), let salt = Self.bytes(parts[3]),
      let key = Self.bytes(parts[4]), salt.count >= 16, (32...64).contains(key.count)
    else { return nil }
    let parameters = Scrypt(cost: 1 << logarithm, blockSize: blockSize, parallelism: parallelism)
    guard parameters.memory <= 1 << 30 else { return nil }
    self.init(parameters: parameters, salt: salt, key: key)
  }

  var text: String {
    "$scrypt$ln=\(parameters.cost.trailingZeroBitCount),r=\(parameters.blockSize),p=\(parameters.parallelism)"
      + "$\(Self.text(salt))$\(Self.text(key))"
  }

  private static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString().replacing("=", with: "") }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text + padding).map { Array($0) }
  }
}
