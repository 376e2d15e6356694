import JobsprintPorts

extension BuiltInNodes {
  /// Nodes for dates, text formats, cryptography and inline files.
  static let textNodes: [any NodeType] = [
    DateTimeNode(), CryptoNode(), JWTNode(), TOTPNode(), MarkdownConversionNode(), XMLNode(), HTMLNode(),
    HTMLExtractNode(), MoveBinaryDataNode(),
    ConvertToFileNode(), ExtractFromFileNode(), ICalendarNode(),
  ]
}
