// Message digests and HMACs by OpenSSL's names, which are the names that Node.js knows them by.

import COpenSSL

/// Why OpenSSL refused.
public struct OpenSSLError: Error, Sendable, Hashable {
  public let reason: String

  public init(reason: String) { self.reason = reason }

  /// Takes the newest entry off the thread's queue of errors and empties the queue.
  init(_ action: String) {
    var newest: UInt = 0
    while true {
      let code = ERR_get_error()
      if code == 0 { break }
      newest = UInt(code)
    }
    guard newest != 0, let text = ERR_reason_error_string(newest) else {
      reason = action
      return
    }
    reason = "\(action): \(String(cString: text))"
  }
}

/// A digest algorithm of the installed OpenSSL.
public struct Digest: Sendable {
  /// The name by which OpenSSL finds it.
  public let name: String
  /// Immutable. OpenSSL keeps what was fetched as long as the process runs, so it is never freed here.
  nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameter name: as Node.js writes it: `SHA256`, `sha3-512`, `RSA-MD5`, `md5WithRSAEncryption`.
  /// - Returns: nil for one that OpenSSL doesn't have.
  public init?(_ name: String) {
    guard let known = EVP_get_digestbyname(name) ?? EVP_get_digestbyname(name.lowercased()) else { return nil }
    self.name = name
    // A digest by name is looked up again in every use; one that is fetched is not.
    handle = EVP_MD_fetch(nil, EVP_MD_get0_name(known), nil) ?? known
  }

  public func hash(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
    let result = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { result, count in
      var length: UInt32 = 0
      guard EVP_Digest(bytes, bytes.count, result.baseAddress, &length, handle, nil) == 1 else { return }
      count = Int(length)
    }
    guard !result.isEmpty else { throw OpenSSLError("'\(name)' can't be calculated") }
    return result
  }

  public func authenticationCode(_ bytes: [UInt8], key: [UInt8]) throws(OpenSSLError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    // A nil pointer asks for the key of an earlier call, so an empty key needs a place too.
    guard HMAC(handle, key + [0], Int32(clamping: key.count), bytes, bytes.count, &result, &length) != nil else {
      throw OpenSSLError("the HMAC '\(name)' can't be calculated")
    }
    return Array(result.prefix(Int(length)))
  }
}
