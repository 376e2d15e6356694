// HTML as browsers write it (the HTML standard's fragment serialization).

extension MarkupTree {
  private static let voidElements: Set = [
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link",
    "meta",
    "param", "source", "track", "wbr",
  ]
  /// Their text is written as it is.
  private static let rawTextElements: Set = [
    "style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext", "noscript",
  ]

  /// The HTML of everything inside a node.
  public func innerHTML(of id: NodeID) -> String {
    var html = ""
    for child in self[id].children { write(child, to: &html) }
    return html
  }

  /// The HTML of a node with its own tags.
  public func outerHTML(of id: NodeID) -> String {
    var html = ""
    write(id, to: &html)
    return html
  }

  // The parser bounds the depth of a tree, so recursion is bounded.
  private func write(_ id: NodeID, to html: inout String) {
    let node = self[id]
    switch node.kind {
    case .document: for child in node.children { write(child, to: &html) }
    case .doctype: html += "<!DOCTYPE \(node.text)>"
    case .comment: html += "<!--\(node.text)-->"
    case .text, .cdata:
      let isRaw = node.parent.flatMap { self[$0].name }.map { Self.rawTextElements.contains($0) } ?? false
      if isRaw { html += node.text } else { html.append(escaped: node.text, inAttribute: false) }
    case .element(let name):
      html += "<\(name)"
      for attribute in node.attributes {
        html += " \(attribute.name)=\""
        html.append(escaped: attribute.value, inAttribute: true)
        html += "\""
      }
      html += ">"
      if Self.voidElements.contains(name) { return }
      for child in node.children { write(child, to: &html) }
      html += "</\(name)>"
    }
  }
}

extension String {
  fileprivate mutating func append(escaped text: String, inAttribute: Bool) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": self += "&amp;"
      case "\u{A0}": self += "&nbsp;"
      case "\"" where inAttribute: self += "&quot;"
      case "<" where !inAttribute: self += "&lt;"
      case ">" where !inAttribute: self += "&gt;"
      default: unicodeScalars.append(scalar)
      }
    }
  }
}
