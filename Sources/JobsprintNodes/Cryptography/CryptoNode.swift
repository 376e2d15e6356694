import JobsprintDomain
import JobsprintPorts
import OpenSSL

/// Hashes, authenticates and signs values, and makes random ones.
struct CryptoNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.crypto", displayName: "Crypto", summary: "Hashes, signs and generates values.",
    versions: [1],
    parameters: [
      NodeParameter(
        "action", .choice, "What is done.", default: "hash", choices: ["generate", "hash", "hmac", "sign"]),
      NodeParameter("type", .choice, "hash, hmac: the algorithm.", default: "MD5", choices: algorithms),
      NodeParameter("algorithm", .text, "sign: the digest, by OpenSSL's name.", default: "RSA-MD5"),
      NodeParameter("value", .text, "hash, hmac, sign: the text."),
      NodeParameter("binaryData", .boolean, "hash, hmac: takes a file instead of text.", default: false),
      NodeParameter("binaryPropertyName", .text, "hash, hmac: the property that holds the file.", default: "data"),
      NodeParameter("secret", .text, "hmac: the key."),
      NodeParameter("privateKey", .text, "sign: the private key as PEM."),
      NodeParameter("encoding", .choice, "How bytes are written.", default: "hex", choices: ["hex", "base64"]),
      NodeParameter(
        "encodingType", .choice, "generate: the kind of text.", default: "uuid",
        choices: ["uuid", "ascii", "base64", "hex"]),
      NodeParameter("stringLength", .number, "generate: the length, not for uuid.", default: 32),
      NodeParameter("dataPropertyName", .text, "The field that receives the result.", default: "data"),
    ])

  static let algorithms = ["MD5", "SHA1", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512"]
  /// Longer random texts are refused.
  private static let longestText = 1_000_000
  /// Of all items together.
  private static let mostText = 64_000_000.0

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    try context.itemByItem { (item, place) throws(NodeError) in
      var result = item
      let property = try context.string("dataPropertyName", item: place, default: "data")
      result.json.reserveCapacity(item.json.count + 1)
      result.json.set(property, to: .string(try value(of: item, place, context)), dotNotation: true)
      return [result]
    }
  }

  private func value(of item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> String {
    let action = try context.string("action", item: place, default: "hash")
    switch action {
    case "generate": return try random(place, context)
    case "hash":
      let digest = try digest("type", "MD5", place, context)
      let bytes = try input(item, place, context)
      return try written(checked(place) { () throws(OpenSSLError) in try digest.hash(bytes) }, place, context)
    case "hmac":
      let digest = try digest("type", "MD5", place, context)
      let key = Array(try context.string("secret", item: place).utf8)
      let bytes = try input(item, place, context)
      return try written(
        checked(place) { () throws(OpenSSLError) in try digest.authenticationCode(bytes, key: key) }, place, context)
    case "sign":
      let digest = try digest("algorithm", "RSA-MD5", place, context)
      let pem = try context.string("privateKey", item: place)
      let bytes = Array(try context.string("value", item: place).utf8)
      let signature = try checked(place) { () throws(OpenSSLError) in
        try AsymmetricKey(pem: pem).signature(of: bytes, digest: digest)
      }
      return try written(signature, place, context)
    default: throw context.unknownChoice("action", action, ["generate", "hash", "hmac", "sign"], item: place)
    }
  }

  private func digest(
    _ parameter: String, _ fallback: String, _ place: Int, _ context: NodeContext
  ) throws(NodeError) -> Digest {
    let name = try context.string(parameter, item: place, default: fallback)
    guard let digest = Digest(name) else {
      throw context.unknownChoice(parameter, name, Self.algorithms, item: place)
    }
    return digest
  }

  private func input(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> [UInt8] {
    guard try context.bool("binaryData", item: place) else {
      return Array(try context.string("value", item: place).utf8)
    }
    let property = try context.string("binaryPropertyName", item: place, default: "data")
    return try BinaryFile(property, of: item, at: place).bytes
  }

  private func written(_ bytes: [UInt8], _ place: Int, _ context: NodeContext) throws(NodeError) -> String {
    let encoding = try context.string("encoding", item: place, default: "hex")
    switch encoding {
    case "hex": return bytes.hexadecimalText
    case "base64": return Base64.text(bytes)
    default: throw context.unknownChoice("encoding", encoding, ["hex", "base64"], item: place)
    }
  }

  private func checked(_ place: Int, _ body: () throws(OpenSSLError) -> [UInt8]) throws(NodeError) -> [UInt8] {
    do throws(OpenSSLError) { return try body() } catch {
      throw NodeError(
        "The value can't be calculated: \(error.reason)",
        description: "A private key must be whole PEM text, with its BEGIN and END lines, and fit the algorithm.",
        item: place)
    }
  }

  private func random(_ place: Int, _ context: NodeContext) throws(NodeError) -> String {
    let kind = try context.string("encodingType", item: place, default: "uuid")
    let wanted = try context.number("stringLength", item: place, default: 32)
    guard wanted >= 0, wanted <= Double(Self.longestText) else {
      throw NodeError(
        "The length must be from 0 to \(Self.longestText), not \(wanted.javaScriptText)", item: place,
        context: ["parameter": "stringLength"])
    }
    guard wanted * Double(context.items.count) <= Self.mostText else {
      throw NodeError(
        "The texts of \(context.items.count) items would have more than 64 million characters", item: place,
        context: ["parameter": "stringLength"])
    }
    let length = Int(wanted)
    var generator = SystemRandomNumberGenerator()
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
    switch kind {
    case "uuid":
      var uuid = bytes(16)
      uuid[6] = uuid[6] & 0x0F | 0x40
      uuid[8] = uuid[8] & 0x3F | 0x80
      let text = Array(uuid.hexadecimalText)
      return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
    case "ascii": return String(decoding: bytes(length).map { $0 & 0x7F }, as: UTF8.self)
    // As many bytes as digits: cut to the length in characters.
    case "base64": return String(Base64.text(bytes(length)).filter { $0.isLetter || $0.isNumber }.prefix(length))
    case "hex": return String(bytes((length + 1) / 2).hexadecimalText.prefix(length))
    default: throw context.unknownChoice("encodingType", kind, ["uuid", "ascii", "base64", "hex"], item: place)
    }
  }
}
