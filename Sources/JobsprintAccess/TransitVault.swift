// What passes through a cache or a broker is under AES-256-GCM (NIST SP 800-38D): who can read there learns nothing
// from it, and who can write there can't make a worker execute anything, nor make up a result. Keys are derived from
// those of the tickets, which the same processes have, and serve nothing else. Each context has a key of its own
// (HKDF, RFC 5869): random nonces of 96 bits are for 2³² messages under one key, which a busy broker sees in days.

import Crypto
public import JobsprintPorts

public struct TransitVault: TransitCipher {
  /// Each is extracted once; a context's key costs one HMAC.
  private let keys: [SymmetricKey]

  /// - Parameter keys: the first seals, all open.
  /// - Returns: nil without a key.
  public init?(_ keys: [NamedKey]) {
    guard !keys.isEmpty else { return nil }
    self.keys = keys.map { key in
      let extracted = HKDF<SHA256>.extract(
        inputKeyMaterial: SymmetricKey(data: key.secret), salt: Array("jobsprint transit".utf8))
      return SymmetricKey(data: extracted)
    }
  }

  public func seal(_ bytes: [UInt8], as context: String) -> [UInt8]? {
    guard let key = keys.first else { return nil }
    let sealed = try? AES.GCM.seal(bytes, using: Self.derive(key, context), authenticating: Array(context.utf8))
    return sealed?.combined.map { Array($0) }
  }

  public func open(_ sealed: [UInt8], as context: String) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    for key in keys {
      let opened = try? AES.GCM.open(box, using: Self.derive(key, context), authenticating: Array(context.utf8))
      if let opened { return Array(opened) }
    }
    return nil
  }

  private static func derive(_ key: SymmetricKey, _ context: String) -> SymmetricKey {
    HKDF<SHA256>.expand(pseudoRandomKey: key, info: Array(context.utf8), outputByteCount: 32)
  }
}
