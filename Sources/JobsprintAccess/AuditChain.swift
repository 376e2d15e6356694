// What makes the audit log provable: each entry's hash hangs on the one before, and where retention cuts the chain, a
// signature says that it was cut there. These rules never change: stored chains are checked by them.

import Crypto
public import JobsprintDomain

enum AuditChain {
  /// Hangs before the first entry.
  static let root = [UInt8](repeating: 0, count: 32)

  /// SHA-256 of the hash before, the sequence as 8 bytes (big-endian) and the entry's sealed bytes.
  static func hash(after previous: [UInt8], sequence: Int, _ entry: AuditEntry) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: previous)
    hash.update(data: bytes(sequence))
    hash.update(data: entry.sealedBytes)
    return Array(hash.finalize())
  }

  static func bytes(_ number: Int) -> [UInt8] { withUnsafeBytes(of: Int64(number).bigEndian) { Array($0) } }
}

/// Signs checkpoints. Whoever has it can cut a chain without being noticed.
public struct AuditSigningKey: Sendable {
  private let key: SymmetricKey

  /// A new one: 32 random bytes.
  public init() { key = SymmetricKey(size: .bits256) }

  /// - Parameter text: 64 digits; nil for other text.
  public init?(hexadecimal text: String) {
    guard let bytes = [UInt8](hexadecimal: text), bytes.count == 32 else { return nil }
    key = SymmetricKey(data: bytes)
  }

  /// For the file that keeps it.
  public var hexadecimalText: String { key.withUnsafeBytes { Array($0) }.hexadecimalText }

  public func checkpoint(of workspace: WorkspaceID, at seal: AuditSeal, _ time: Timestamp) -> AuditCheckpoint {
    let code = HMAC<SHA256>.authenticationCode(for: Self.signed(workspace, seal, time), using: key)
    return AuditCheckpoint(workspace: workspace, seal: seal, at: time, signature: Array(code))
  }

  func hasSigned(_ checkpoint: AuditCheckpoint) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(
      checkpoint.signature, authenticating: Self.signed(checkpoint.workspace, checkpoint.seal, checkpoint.at),
      using: key)
  }

  /// Workspace as text, sequence, hash, milliseconds: of fixed lengths, so that no two mean the same bytes.
  private static func signed(_ workspace: WorkspaceID, _ seal: AuditSeal, _ time: Timestamp) -> [UInt8] {
    Array("\(workspace)".utf8) + AuditChain.bytes(seal.sequence) + seal.hash
      + AuditChain.bytes(Int(time.milliseconds))
  }
}
