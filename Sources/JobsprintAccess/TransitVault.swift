// What passes through a cache or a broker is under AES-256-GCM (NIST SP 800-38D): who can read there learns nothing
// from it, and who can write there can't make a worker execute anything, nor make up a result. Keys are derived from
// those of the tickets, which the same processes have, and serve nothing else.

import Crypto
public import JobsprintPorts

public struct TransitVault: TransitCipher {
  private let keys: [SymmetricKey]

  /// - Parameter keys: the first seals, all open.
  /// - Returns: nil without a key.
  public init?(_ keys: [NamedKey]) {
    guard !keys.isEmpty else { return nil }
    self.keys = keys.map { key in
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: SymmetricKey(data: key.secret), info: Array("jobsprint transit".utf8), outputByteCount: 32)
    }
  }

  public func seal(_ bytes: [UInt8], as context: String) -> [UInt8]? {
    guard let key = keys.first else { return nil }
    return (try? AES.GCM.seal(bytes, using: key, authenticating: Array(context.utf8)))?.combined.map { Array($0) }
  }

  public func open(_ sealed: [UInt8], as context: String) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    for key in keys {
      if let bytes = try? AES.GCM.open(box, using: key, authenticating: Array(context.utf8)) { return Array(bytes) }
    }
    return nil
  }
}
