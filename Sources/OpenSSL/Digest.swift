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
}

/// HMAC with one key, for one message after the other: reading the key takes longer than a short message.
public final class MessageAuthenticator {
  /// Never written again and never freed, and OpenSSL lets many threads use what was fetched at once
  /// (https://docs.openssl.org/3.0/man7/openssl-threads/); only the imported pointer type can't say so.
  nonisolated(unsafe) private static let method = EVP_MAC_fetch(nil, "HMAC", nil)

  private let digest: Digest
  /// With the key; never used up, only copied.
  private let keyed: OpaquePointer

  public init(_ digest: Digest, key: [UInt8]) throws(OpenSSLError) {
    self.digest = digest
    guard let context = EVP_MAC_CTX_new(Self.method) else { throw Self.error(digest) }
    keyed = context
    // By the name of what was found: `RSA-SHA256` is none that HMAC knows. The parameters only point to it.
    let name = UnsafeMutablePointer(mutating: EVP_MD_get0_name(digest.handle))
    let isReady = OSSL_ALG_PARAM_DIGEST.withCString { parameter in
      let parameters = [OSSL_PARAM_construct_utf8_string(parameter, name, 0), OSSL_PARAM_construct_end()]
      // A nil pointer would mean no key, so an empty key needs a place too.
      return EVP_MAC_init(context, key + [0], key.count, parameters) == 1
    }
    guard isReady else { throw Self.error(digest) }
  }

  deinit { EVP_MAC_CTX_free(keyed) }

  public func code(of bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
    guard let context = EVP_MAC_CTX_dup(keyed) else { throw Self.error(digest) }
    defer { EVP_MAC_CTX_free(context) }
    let result = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { result, count in
      guard EVP_MAC_update(context, bytes, bytes.count) == 1,
        EVP_MAC_final(context, result.baseAddress, &count, result.count) == 1
      else {
        count = 0
        return
      }
    }
    guard !result.isEmpty else { throw Self.error(digest) }
    return result
  }

  private static func error(_ digest: Digest) -> OpenSSLError {
    OpenSSLError("the HMAC '\(digest.name)' can't be calculated")
  }
}
