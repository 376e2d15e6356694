/// The name by which a user signs in. Visible ASCII only: two addresses that look alike are then the same address.
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
  /// As its owner writes it.
  public let text: String

  /// RFC 5321, 4.5.3.1.3.
  private static let longest = 254

  /// - Parameter text: something before and behind one `@`; nil for other text. Whether mail arrives there is not
  ///   known.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let places = bytes.indices.filter { bytes[$0] == UInt8(ascii: "@") }
    guard bytes.count <= Self.longest, bytes.allSatisfy({ (0x21...0x7E).contains($0) }), places.count == 1,
      let place = places.first, place > 0, place < bytes.count - 1
    else { return nil }
    self.text = text
  }

  /// - Parameter text: one that was checked when it was stored.
  public init(stored text: String) { self.text = text }

  /// What is unique: two spellings of one address have the same.
  public var key: String {
    String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }

  public var description: String { text }

  public static func == (left: Self, right: Self) -> Bool { left.key == right.key }

  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
