import COpenSSL

/// A private or public key read from PEM: RSA, EC, DSA, Ed25519, whatever OpenSSL reads.
public final class AsymmetricKey {
  public enum Kind: Sendable { case rsa, ellipticCurve, other }

  private let key: OpaquePointer
  public let isPrivate: Bool

  /// Also reads the public key inside a certificate.
  ///
  /// - Parameter passphrase: of an encrypted private key.
  public init(pem: String, passphrase: String? = nil) throws(OpenSSLError) {
    let bytes = Array(pem.utf8)
    func read(_ reader: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
      guard let source = BIO_new_mem_buf(bytes, Int32(clamping: bytes.count)) else { return nil }
      defer { BIO_free(source) }
      return reader(source)
    }
    // Without a passphrase the library would ask at the terminal: an empty one makes it fail instead.
    var secret = Array((passphrase ?? "").utf8CString)
    let privateKey = read { source in
      secret.withUnsafeMutableBytes { PEM_read_bio_PrivateKey(source, nil, nil, $0.baseAddress) }
    }
    if let privateKey {
      (key, isPrivate) = (privateKey, true)
      return
    }
    let failure = OpenSSLError("the key can't be read")
    let publicKey =
      read { PEM_read_bio_PUBKEY($0, nil, nil, nil) }
      ?? read { source in
        guard let certificate = PEM_read_bio_X509(source, nil, nil, nil) else { return nil }
        defer { X509_free(certificate) }
        return X509_get_pubkey(certificate)
      }
    guard let publicKey else { throw failure }
    ERR_clear_error()
    (key, isPrivate) = (publicKey, false)
  }

  /// An RSA public key of its numbers, as JSON Web Keys have them.
  ///
  /// - Parameters:
  ///   - modulus: big-endian.
  ///   - exponent: big-endian.
  public init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(OpenSSLError) {
    let first = BN_bin2bn(modulus, Int32(clamping: modulus.count), nil)
    defer { BN_free(first) }
    let second = BN_bin2bn(exponent, Int32(clamping: exponent.count), nil)
    defer { BN_free(second) }
    // The library keeps the pointers to the names until the key is made.
    let made = OSSL_PKEY_PARAM_RSA_N.withCString { nameOfFirst in
      OSSL_PKEY_PARAM_RSA_E.withCString { nameOfSecond -> OpaquePointer? in
        let builder = OSSL_PARAM_BLD_new()
        defer { OSSL_PARAM_BLD_free(builder) }
        guard OSSL_PARAM_BLD_push_BN(builder, nameOfFirst, first) == 1,
          OSSL_PARAM_BLD_push_BN(builder, nameOfSecond, second) == 1,
          let parameters = OSSL_PARAM_BLD_to_param(builder)
        else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var made: OpaquePointer?
        let selection = Int32(OSSL_KEYMGMT_SELECT_ALL_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY)
        guard EVP_PKEY_fromdata_init(context) == 1, EVP_PKEY_fromdata(context, &made, selection, parameters) == 1 else {
          return nil
        }
        return made
      }
    }
    guard let made else { throw OpenSSLError("the numbers are no RSA key") }
    (key, isPrivate) = (made, false)
  }

  deinit { EVP_PKEY_free(key) }

  /// Of an RSA key, its modulus.
  public var bits: Int { Int(EVP_PKEY_get_bits(key)) }

  public var kind: Kind {
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA: .rsa
    case EVP_PKEY_EC: .ellipticCurve
    default: .other
    }
  }

  /// - Parameter usesPSS: RSA-PSS padding with a salt as long as the digest, instead of PKCS #1 v1.5.
  public func signature(of bytes: [UInt8], digest: Digest, usesPSS: Bool = false) throws(OpenSSLError) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    guard EVP_DigestSignInit(context, &parameters, digest.handle, nil, key) == 1, setPadding(parameters, usesPSS)
    else { throw OpenSSLError("the key can't sign with '\(digest.name)'") }
    var length = 0
    guard EVP_DigestSign(context, nil, &length, bytes, bytes.count) == 1 else {
      throw OpenSSLError("the data can't be signed")
    }
    var result = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context, &result, &length, bytes, bytes.count) == 1 else {
      throw OpenSSLError("the data can't be signed")
    }
    return Array(result.prefix(length))
  }

  /// Also false for a signature that can't be read.
  public func isValid(
    _ signature: [UInt8], of bytes: [UInt8], digest: Digest, usesPSS: Bool = false
  ) throws(OpenSSLError) -> Bool {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    guard EVP_DigestVerifyInit(context, &parameters, digest.handle, nil, key) == 1, setPadding(parameters, usesPSS)
    else { throw OpenSSLError("the key can't verify '\(digest.name)'") }
    let isValid = EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    ERR_clear_error()
    return isValid
  }

  private func setPadding(_ parameters: OpaquePointer?, _ usesPSS: Bool) -> Bool {
    guard usesPSS else { return true }
    return EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
      && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
  }
}
