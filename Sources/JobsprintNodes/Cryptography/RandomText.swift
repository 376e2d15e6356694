import JobsprintDomain
import JobsprintPorts

/// Random text of one kind and length: the action `generate` of the node `crypto`.
struct RandomText {
  private enum Kind: String, CaseIterable { case uuid, ascii, base64, hex }

  private let kind: Kind
  private let length: Int

  /// Longer texts are refused.
  private static let longest = 1_000_000
  /// Of all items together.
  private static let most = 64_000_000.0

  init(_ context: NodeContext, item: Int) throws(NodeError) {
    let name = try context.string("encodingType", item: item, default: "uuid")
    let wanted = try context.number("stringLength", item: item, default: 32)
    guard wanted >= 0, wanted <= Double(Self.longest) else {
      throw NodeError(
        "The length must be from 0 to \(Self.longest), not \(wanted.javaScriptText)", item: item,
        context: ["parameter": "stringLength"])
    }
    guard wanted * Double(context.items.count) <= Self.most else {
      throw NodeError(
        "The texts of \(context.items.count) items would have more than 64 million characters", item: item,
        context: ["parameter": "stringLength"])
    }
    guard let kind = Kind(rawValue: name) else {
      throw context.unknownChoice("encodingType", name, Kind.allCases.map(\.rawValue), item: item)
    }
    self.kind = kind
    length = Int(wanted)
  }

  /// Another text with every call.
  func next() -> String {
    switch kind {
    case .uuid:
      var uuid = bytes(16)
      uuid[6] = uuid[6] & 0x0F | 0x40
      uuid[8] = uuid[8] & 0x3F | 0x80
      let text = Array(uuid.hexadecimalText)
      return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
    case .ascii: return String(decoding: bytes(length).map { $0 & 0x7F }, as: UTF8.self)
    // As many bytes as digits: cut to the length in characters.
    case .base64: return String(Base64.text(bytes(length)).filter { $0.isLetter || $0.isNumber }.prefix(length))
    case .hex: return String(bytes((length + 1) / 2).hexadecimalText.prefix(length))
    }
  }

  private func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}
