import JobsprintDomain
import JobsprintPorts

/// Hashes, authenticates and signs values, and makes random ones.
struct CryptoNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.crypto", displayName: "Crypto", summary: "Hashes, signs and generates values.",
    versions: [1, 2],
    parameters: [
      NodeParameter(
        "action", .choice, "What is done.", default: "hash", choices: ["generate", "hash", "hmac", "sign"]),
      NodeParameter("type", .choice, "hash, hmac: the algorithm.", default: "MD5", choices: algorithms),
      NodeParameter("algorithm", .text, "sign: the digest, by OpenSSL's name.", default: "RSA-MD5"),
      NodeParameter("value", .text, "hash, hmac, sign: the text."),
      NodeParameter("binaryData", .boolean, "hash, hmac: takes a file instead of text.", default: false),
      NodeParameter("binaryPropertyName", .text, "hash, hmac: the property that holds the file.", default: "data"),
      NodeParameter("secret", .text, "hmac: the key; from version 2 on in the credential."),
      NodeParameter("privateKey", .text, "sign: the private key as PEM; from version 2 on in the credential."),
      NodeParameter("encoding", .choice, "How bytes are written.", default: "hex", choices: ["hex", "base64"]),
      NodeParameter(
        "encodingType", .choice, "generate: the kind of text.", default: "uuid",
        choices: ["uuid", "ascii", "base64", "hex"]),
      NodeParameter("stringLength", .number, "generate: the length, not for uuid.", default: 32),
      NodeParameter("dataPropertyName", .text, "The field that receives the result.", default: "data"),
    ], credentials: ["crypto"])

  static let algorithms = ["MD5", "SHA1", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512"]

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var value = context.rawParameter("value").map { PreparedValue($0, path: "value", in: context) }
    // All but the text is nearly always the same for all items.
    var reading = SharedReading<CryptoTask>(context, without: ["value"])
    return try context.itemByItem { (item, place) throws(NodeError) in
      let task = try reading.settings { () throws(NodeError) in try CryptoTask(context, item: place) }
      let bytes: [UInt8]
      switch task.input {
      case .none: bytes = []
      case .text: bytes = try value?.value(for: item, at: place, in: context)?.cryptoText ?? []
      case .file(let property): bytes = try BinaryFile.content(property, of: item, at: place)
      }
      var result = item
      result.json.reserveCapacity(item.json.count + 1)
      result.json.set(task.property, to: .string(try task.result(of: bytes, at: place)), dotNotation: true)
      return result
    }
  }
}

extension JSONValue {
  /// The bytes of a text parameter: numbers and booleans as they are written, none for null.
  fileprivate var cryptoText: [UInt8] {
    switch self {
    case .null: []
    case .string(let text): Array(text.utf8)
    default: jsonBytes
    }
  }
}
