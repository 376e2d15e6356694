import COpenSSL

/// The memory-hard key derivation of RFC 7914.
public struct Scrypt: Sendable, Hashable {
  /// N: a power of two.
  public let cost: Int
  /// r.
  public let blockSize: Int
  /// p.
  public let parallelism: Int

  public init(cost: Int, blockSize: Int, parallelism: Int) {
    self.cost = cost
    self.blockSize = blockSize
    self.parallelism = parallelism
  }

  /// Bytes that one derivation works in.
  public var memory: Int { 128 * blockSize * (cost + parallelism + 2) }

  /// Takes as long as the parameters say, on the calling thread.
  public func key(from password: [UInt8], salt: [UInt8], length: Int) throws(OpenSSLError) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: length)
    // With a zero behind it: an empty array may have no address, which would mean "check the parameters only".
    let terminated = password + [0]
    let status = terminated.withUnsafeBytes { bytes in
      EVP_PBE_scrypt(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt, salt.count,
        UInt64(clamping: cost), UInt64(clamping: blockSize), UInt64(clamping: parallelism),
        UInt64(clamping: memory + (1 << 20)), &key, length)
    }
    guard status == 1 else { throw OpenSSLError("scrypt") }
    return key
  }
}
