/// The custom data of an execution: a few texts, by short names, that a workflow notes about it
/// (`$execution.customData`, the node Execution Data).
///
/// The bounds are n8n's. Text that is too long is cut, and a key beyond the last one is left out: neither fails a node.
public struct CustomData: Sendable, Hashable {
  public static let mostKeys = 10
  public static let longestKey = 50
  /// In characters of Unicode. Code is held to 255 by its own runtime, as n8n says of it.
  public static let longestText = 512

  /// Texts by their keys, in the order in which the keys came.
  public private(set) var texts = JSONObject()

  public init() {}

  /// Reads `{key: text}`; what does not fit is left out.
  public init(_ members: JSONObject) {
    for entry in members {
      if let text = entry.value.stringValue, Self.isKey(entry.key) { set(text, for: entry.key) }
    }
  }

  public var isEmpty: Bool { texts.isEmpty }

  /// Letters, digits and underscores, at most ``longestKey``.
  public static func isKey(_ text: String) -> Bool {
    (1...longestKey).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// - Parameter key: one that is a key (``isKey(_:)``).
  public mutating func set(_ text: String, for key: String) {
    guard texts.contains(key) || texts.count < Self.mostKeys else { return }
    // What has no more bytes has no more characters either.
    let isShort = text.utf8.count <= Self.longestText
    texts[key] = .string(
      isShort ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.longestText))))
  }
}
