import JobsprintDomain
import JobsprintPorts
import OpenSSL

/// What the node `crypto` does with an item: its parameters, resolved once where they are the same for all items.
final class CryptoTask {
  enum Input {
    case none
    case text
    /// The name of the property that holds the file.
    case file(String)
  }

  private enum Action {
    case generate(RandomText)
    case hash(Digest)
    case authenticate(MessageAuthenticator)
    case sign(Digest, AsymmetricKey)
  }

  private enum Encoding: String, CaseIterable { case hex, base64 }

  /// The field that receives the result.
  let property: String
  let input: Input
  private let action: Action
  private let encoding: Encoding

  init(_ context: NodeContext, item: Int) throws(NodeError) {
    property = try context.string("dataPropertyName", item: item, default: "data")
    let name = try context.string("action", item: item, default: "hash")
    switch name {
    case "generate": action = .generate(try RandomText(context, item: item))
    case "hash": action = .hash(try Self.digest("type", "MD5", context, item))
    case "hmac":
      let key = Array(try Self.secret("hmacSecret", parameter: "secret", context, item).utf8)
      let digest = try Self.digest("type", "MD5", context, item)
      action = .authenticate(
        try Self.checked(item) { () throws(OpenSSLError) in try MessageAuthenticator(digest, key: key) })
    case "sign":
      let digest = try Self.digest("algorithm", "RSA-MD5", context, item)
      let pem = try Self.secret("signPrivateKey", parameter: "privateKey", context, item)
      action = .sign(digest, try Self.checked(item) { () throws(OpenSSLError) in try AsymmetricKey(pem: pem) })
    default: throw context.unknownChoice("action", name, ["generate", "hash", "hmac", "sign"], item: item)
    }
    if case .generate = action {
      input = .none
      encoding = .hex
      return
    }
    let readsFile = name == "sign" ? false : try context.bool("binaryData", item: item)
    input = readsFile ? .file(try context.string("binaryPropertyName", item: item, default: "data")) : .text
    let written = try context.string("encoding", item: item, default: "hex")
    guard let encoding = Encoding(rawValue: written) else {
      throw context.unknownChoice("encoding", written, Encoding.allCases.map(\.rawValue), item: item)
    }
    self.encoding = encoding
  }

  /// Version 1 has its secrets in the workflow, version 2 in a credential.
  private static func secret(
    _ field: String, parameter: String, _ context: NodeContext, _ item: Int
  ) throws(NodeError) -> String {
    guard context.typeVersion >= 2 else { return try context.string(parameter, item: item) }
    guard let secret = try context.credential("crypto", title: "Crypto")[field]?.stringValue, !secret.isEmpty else {
      throw NodeError(
        "The credential of the node '\(context.node.name)' has no '\(field)'", description: "Fill it in.", item: item,
        context: ["credential": "crypto"])
    }
    return secret
  }

  static func canSign(withPEM pem: String) -> Bool {
    guard let key = try? AsymmetricKey(pem: pem), let digest = Digest("SHA256") else { return false }
    return (try? key.signature(of: [], digest: digest)) != nil
  }

  private static func digest(
    _ parameter: String, _ fallback: String, _ context: NodeContext, _ item: Int
  ) throws(NodeError) -> Digest {
    let name = try context.string(parameter, item: item, default: fallback)
    guard let digest = Digest(name) else {
      throw context.unknownChoice(parameter, name, CryptoNode.algorithms, item: item)
    }
    return digest
  }

  /// - Parameters:
  ///   - bytes: the input.
  ///   - item: its item, for messages.
  func result(of bytes: [UInt8], at item: Int) throws(NodeError) -> String {
    let result: [UInt8]
    switch action {
    case .generate(let text): return text.next()
    case .hash(let digest): result = try Self.checked(item) { () throws(OpenSSLError) in try digest.hash(bytes) }
    case .authenticate(let authenticator):
      result = try Self.checked(item) { () throws(OpenSSLError) in try authenticator.code(of: bytes) }
    case .sign(let digest, let key):
      result = try Self.checked(item) { () throws(OpenSSLError) in try key.signature(of: bytes, digest: digest) }
    }
    switch encoding {
    case .hex: return result.hexadecimalText
    case .base64: return Base64.text(result)
    }
  }

  private static func checked<Result>(
    _ item: Int, _ body: () throws(OpenSSLError) -> Result
  ) throws(NodeError) -> Result {
    do throws(OpenSSLError) { return try body() } catch {
      throw NodeError(
        "The value can't be calculated: \(error.reason)",
        description: "A private key must be whole PEM text, with its BEGIN and END lines, and fit the algorithm.",
        item: item)
    }
  }
}
