/// Makes what passes through a cache or a broker unreadable for whoever keeps it, and shows whether he has changed it.
public protocol TransitCipher: Sendable {
  /// - Parameter context: what the bytes are; they open with the same alone.
  /// - Returns: nil where they can't be sealed.
  func seal(_ bytes: [UInt8], as context: String) -> [UInt8]?

  /// - Returns: nil for bytes that no key of ours has sealed as that.
  func open(_ sealed: [UInt8], as context: String) -> [UInt8]?
}
