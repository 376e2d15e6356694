import JobsprintDomain

/// JSON as XML, the way the builder of `xml2js` writes it: indented by two spaces.
struct JSONToXML {
  var attributeKey = "$"
  var textKey = "_"
  var usesCDATA = false
  var isHeadless = false
  var rootName = "root"

  func text(of object: JSONObject) throws(NodeError) -> String {
    var name = rootName
    var content = JSONValue.object(object)
    // The only key is the root, unless the root has a name of its own.
    if object.count == 1, rootName == "root", let only = object.first {
      (name, content) = (only.key, only.value)
    }
    var writer = Writer(settings: self)
    if !isHeadless { writer.text += "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" }
    try writer.write(try element(name, content), depth: 0)
    return writer.text
  }

  private indirect enum Content {
    case element(name: String, attributes: [(String, String)], children: [Content])
    case text(String)
  }

  private func element(_ name: String, _ value: JSONValue) throws(NodeError) -> Content {
    var attributes: [(String, String)] = []
    var children: [Content] = []
    try add(value, &attributes, &children)
    return .element(name: name, attributes: attributes, children: children)
  }

  private func add(
    _ value: JSONValue, _ attributes: inout [(String, String)], _ children: inout [Content]
  ) throws(NodeError) {
    switch value {
    case .array(let elements):
      for element in elements { try add(element, &attributes, &children) }
    case .object(let members):
      for member in members {
        if member.key == attributeKey {
          if let more = member.value.objectValue {
            for attribute in more { attributes.append((attribute.key, Self.plain(attribute.value))) }
          } else {
            children.append(.text(Self.plain(member.value)))
          }
        } else if member.key == textKey {
          children.append(.text(Self.plain(member.value)))
        } else if case .array(let elements) = member.value {
          for element in elements { children.append(try self.element(member.key, element)) }
        } else {
          children.append(try element(member.key, member.value))
        }
      }
    default:
      let text = Self.plain(value)
      if !text.isEmpty { children.append(.text(text)) }
    }
  }

  private static func plain(_ value: JSONValue) -> String { value.isNull ? "" : value.asText }

  private struct Writer {
    let settings: JSONToXML
    var text = ""

    mutating func write(_ content: Content, depth: Int) throws(NodeError) {
      let indent = String(repeating: "  ", count: depth)
      guard case .element(let name, let attributes, let children) = content else { return }
      text += "\(indent)<\(try checkedName(name))"
      for (name, value) in attributes {
        text += " \(try checkedName(name))=\"\(try escaped(value, inAttribute: true))\""
      }
      if children.isEmpty {
        text += "/>"
        return
      }
      text += ">"
      let hasOnlyText = children.allSatisfy { if case .text = $0 { true } else { false } }
      for child in children {
        if !hasOnlyText { text += "\n" }
        switch child {
        case .text(let value): text += (hasOnlyText ? "" : indent + "  ") + (try written(value))
        case .element: try write(child, depth: depth + 1)
        }
      }
      text += hasOnlyText ? "</\(name)>" : "\n\(indent)</\(name)>"
    }

    private func written(_ value: String) throws(NodeError) -> String {
      guard settings.usesCDATA, value.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E }) else {
        return try escaped(value, inAttribute: false)
      }
      // The end of a CDATA section inside of one is split over two.
      let parts = value.split(separator: "]]>", omittingEmptySubsequences: false).joined(separator: "]]]]><![CDATA[>")
      return "<![CDATA[\(parts)]]>"
    }

    private func escaped(_ value: String, inAttribute: Bool) throws(NodeError) -> String {
      var result = ""
      for scalar in value.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">" where !inAttribute: result += "&gt;"
        case "\"" where inAttribute: result += "&quot;"
        case "\t" where inAttribute: result += "&#x9;"
        case "\n" where inAttribute: result += "&#xA;"
        case "\r": result += "&#xD;"
        case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
          throw NodeError(
            "XML can't hold the control character U+\(String(scalar.value, radix: 16, uppercase: true))",
            description: "Remove it from the text '\(value.prefix(40))'.")
        default: result.unicodeScalars.append(scalar)
        }
      }
      return result
    }

    private func checkedName(_ name: String) throws(NodeError) -> String {
      func isStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar == "_" || scalar == ":"
      }
      let scalars = name.unicodeScalars
      let rest = scalars.dropFirst().allSatisfy {
        isStart($0) || $0 == "-" || $0 == "." || $0 == "\u{B7}" || $0.properties.numericType == .decimal
          || $0.properties.generalCategory == .nonspacingMark
      }
      guard let first = scalars.first, isStart(first), rest else {
        throw NodeError(
          "The field '\(name)' can't be the name of an XML element or attribute",
          description: "Rename it: a name begins with a letter or '_' and has no spaces.")
      }
      return name
    }
  }
}
