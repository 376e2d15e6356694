import JobsprintPorts

extension BuiltInNodes {
  /// Nodes for dates, text formats, cryptography and inline files.
  static let textNodes: [any NodeType] = [
    DateTimeNode(), CryptoNode(), JWTNode(), TOTPNode(), MarkdownConversionNode(), XMLNode(), HTMLNode(),
    HTMLExtractNode(), MoveBinaryDataNode(),
    ConvertToFileNode(), ExtractFromFileNode(), ICalendarNode(),
  ]

  /// Whether the nodes know a time zone by that name.
  @Sendable public static func isTimeZone(_ name: String) -> Bool { ZoneRules(name) != nil }
}
