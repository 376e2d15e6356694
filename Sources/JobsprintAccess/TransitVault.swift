// What is cached outside the installation's own processes is under AES-256-GCM (NIST SP 800-38D): who can read the
// cache learns nothing from it, and who can write to it can't make a worker execute anything. Keys are derived from
// those of the tickets, which the same processes have, and serve nothing else.

import Crypto
public import JobsprintPorts

public struct CacheVault: CacheSealer {
  private let keys: [SymmetricKey]

  /// - Parameter keys: the first seals, all open.
  /// - Returns: nil without a key.
  public init?(_ keys: [NamedKey]) {
    guard !keys.isEmpty else { return nil }
    self.keys = keys.map { key in
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: SymmetricKey(data: key.secret), info: Array("jobsprint cache".utf8), outputByteCount: 32)
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
