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
    if !isHeadless { writer.text.append("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n") }
    try writer.write(name, content, depth: 0)
    return String(decoding: writer.text, as: UTF8.self)
  }

  /// What lies inside of an element.
  fileprivate struct Content {
    enum Child {
      case element(name: String, JSONValue)
      case text(String)
    }

    var attributes: [(name: String, value: String)] = []
    var children: [Child] = []

    init(of value: JSONValue, _ settings: JSONToXML) { add(value, settings) }

    private mutating func add(_ value: JSONValue, _ settings: JSONToXML) {
      switch value {
      case .array(let elements):
        for element in elements { add(element, settings) }
      case .object(let members):
        for member in members {
          if member.key == settings.attributeKey {
            if let more = member.value.objectValue {
              for attribute in more { attributes.append((attribute.key, attribute.value.xmlText)) }
            } else {
              children.append(.text(member.value.xmlText))
            }
          } else if member.key == settings.textKey {
            children.append(.text(member.value.xmlText))
          } else if case .array(let elements) = member.value {
            for element in elements { children.append(.element(name: member.key, element)) }
          } else {
            children.append(.element(name: member.key, member.value))
          }
        }
      default:
        let text = value.xmlText
        if !text.isEmpty { children.append(.text(text)) }
      }
    }
  }

  private struct Writer {
    let settings: JSONToXML
    var text: [UInt8] = []

    mutating func write(_ name: String, _ value: JSONValue, depth: Int) throws(NodeError) {
      indent(depth)
      text.append("<")
      text += try checkedName(name).utf8
      switch value {
      case .object, .array: try write(Content(of: value, settings), of: name, depth: depth)
      case .null, "": text.append("/>")
      default:
        text.append(">")
        if case .integer(let number) = value { text.append(decimal: number) } else { try append(value.xmlText) }
        close(name)
      }
    }

    private mutating func close(_ name: String) {
      text.append("</")
      text += name.utf8
      text.append(">")
    }

    private mutating func write(_ content: Content, of name: String, depth: Int) throws(NodeError) {
      for (name, value) in content.attributes {
        text.append(" ")
        text += try checkedName(name).utf8
        text.append("=\"")
        try append(escaped: value, inAttribute: true)
        text.append("\"")
      }
      if content.children.isEmpty {
        text.append("/>")
        return
      }
      text.append(">")
      let hasOnlyText = content.children.allSatisfy { if case .text = $0 { true } else { false } }
      for child in content.children {
        if !hasOnlyText { text.append("\n") }
        switch child {
        case .text(let value):
          if !hasOnlyText { indent(depth + 1) }
          try append(value)
        case .element(let name, let value): try write(name, value, depth: depth + 1)
        }
      }
      if !hasOnlyText {
        text.append("\n")
        indent(depth)
      }
      close(name)
    }

    private mutating func indent(_ depth: Int) {
      for _ in 0..<depth { text.append("  ") }
    }

    private mutating func append(_ value: String) throws(NodeError) {
      guard settings.usesCDATA, value.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E }) else {
        return try append(escaped: value, inAttribute: false)
      }
      // The end of a CDATA section inside of one is split over two.
      let parts = value.split(separator: "]]>", omittingEmptySubsequences: false).joined(separator: "]]]]><![CDATA[>")
      text += "<![CDATA[\(parts)]]>".utf8
    }

    private mutating func append(escaped value: String, inAttribute: Bool) throws(NodeError) {
      guard value.utf8.contains(where: { $0.mayNeedEscape }) else {
        text += value.utf8
        return
      }
      for scalar in value.unicodeScalars {
        switch scalar {
        case "&": text.append("&amp;")
        case "<": text.append("&lt;")
        case ">" where !inAttribute: text.append("&gt;")
        case "\"" where inAttribute: text.append("&quot;")
        case "\t" where inAttribute: text.append("&#x9;")
        case "\n" where inAttribute: text.append("&#xA;")
        case "\r": text.append("&#xD;")
        case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
          throw NodeError(
            "XML can't hold the control character U+\(String(scalar.value, radix: 16, uppercase: true))",
            description: "Remove it from the text '\(value.prefix(40))'.")
        default: text += String(scalar).utf8
        }
      }
    }

    private func checkedName(_ name: String) throws(NodeError) -> String {
      if name.isPlainXMLName { return name }
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

extension JSONValue {
  fileprivate var xmlText: String { isNull ? "" : asText }
}

extension UInt8 {
  /// A character that XML writes in another way or not at all, or the first byte of one (U+FFFE, U+FFFF).
  fileprivate var mayNeedEscape: Bool {
    self < 0x20 || self == UInt8(ascii: "&") || self == UInt8(ascii: "<") || self == UInt8(ascii: ">")
      || self == UInt8(ascii: "\"") || self == 0xEF
  }
}

extension String {
  /// A letter of ASCII, and then only letters, digits and underscores: what nearly all names are.
  fileprivate var isPlainXMLName: Bool {
    func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    guard let first = utf8.first, isLetter(first) else { return false }
    return utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
  }
}
