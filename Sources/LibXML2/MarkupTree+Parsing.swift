// Reads XML and HTML with libxml2. The network and entity expansion are off, the library's own limits (256 levels,
// 10 MB a text) are on, and the size of the input is bounded here.

import CLibXML2

extension MarkupTree {
  /// Larger documents are refused, in bytes.
  public static let largestDocument = 20_000_000

  /// Reads well-formed XML. Entities other than the five predefined ones are refused: their expansion can fill the
  /// memory.
  public init(xml text: String) throws(MarkupError) {
    var text = text
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    try Self.checkSize(text)
    xmlInitParser()
    guard let parser = xmlNewParserCtxt() else { throw MarkupError("libxml2 has no memory for a parser") }
    defer { xmlFreeParserCtxt(parser) }
    let options =
      XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
      | XML_PARSE_COMPACT.rawValue
    var utf8 = Array(text.utf8CString)
    let document = utf8.withUnsafeMutableBufferPointer { bytes in
      xmlCtxtReadMemory(parser, bytes.baseAddress, Int32(bytes.count - 1), nil, "UTF-8", Int32(options))
    }
    defer { if let document { xmlFreeDoc(document) } }
    guard let document, parser.pointee.wellFormed == 1 else { throw Self.lastError(of: parser) }
    if let entities = document.pointee.intSubset?.pointee.entities, xmlHashSize(OpaquePointer(entities)) > 0 {
      throw MarkupError("it declares entities (<!ENTITY …>), which are not expanded")
    }
    self.init()
    try copy(UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self), isHTML: false)
  }

  /// Reads HTML, whatever it is: what is wrong is put right the way browsers do. There is always a root `html` with
  /// `head` and `body`.
  public init(html text: String) throws(MarkupError) {
    try Self.checkSize(text)
    xmlInitParser()
    guard let parser = htmlNewParserCtxt() else { throw MarkupError("libxml2 has no memory for a parser") }
    defer { htmlFreeParserCtxt(parser) }
    let options =
      HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NONET.rawValue | HTML_PARSE_NOERROR.rawValue
      | HTML_PARSE_NOWARNING.rawValue | HTML_PARSE_NODEFDTD.rawValue | HTML_PARSE_COMPACT.rawValue
    var utf8 = Array(Self.asDocument(text).utf8CString)
    let document = utf8.withUnsafeMutableBufferPointer { bytes in
      htmlCtxtReadMemory(parser, bytes.baseAddress, Int32(bytes.count - 1), nil, "UTF-8", Int32(options))
    }
    defer { if let document { xmlFreeDoc(document) } }
    // Too deep a document ends the parse in the middle.
    if parser.pointee.disableSAX != 0 { throw Self.lastError(of: parser) }
    self.init()
    if let document { try copy(UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self), isHTML: true) }
    completeDocument()
  }

  private static func checkSize(_ text: String) throws(MarkupError) {
    guard text.utf8.count <= largestDocument else {
      throw MarkupError("it is larger than \(largestDocument / 1_000_000) MB")
    }
    guard !text.utf8.contains(0) else { throw MarkupError("it contains a null character") }
  }

  /// A fragment becomes the content of a body: left alone, the library puts bare text into a paragraph.
  private static func asDocument(_ text: String) -> String {
    // HTML reads every kind of line end as a line feed.
    let text = String(decoding: text.utf8.normalizedLineEnds, as: UTF8.self)
    let tags = ["<html", "<head", "<body", "<frameset"]
    let lowered = text.lowercased()
    if tags.contains(where: { lowered.utf8.hasTag($0) }) { return text }
    if lowered.unicodeScalars.drop(while: { $0.properties.isWhitespace }).starts(with: "<!doctype".unicodeScalars),
      let end = text.utf8.firstIndex(of: UInt8(ascii: ">"))
    {
      let next = text.utf8.index(after: end)
      return "\(text[..<next])<html><head></head><body>\(text[next...])</body></html>"
    }
    return "<html><head></head><body>\(text)</body></html>"
  }

  private static func lastError(of parser: UnsafeMutablePointer<xmlParserCtxt>) -> MarkupError {
    guard let error = xmlCtxtGetLastError(parser), let message = error.pointee.message else {
      return MarkupError("it can't be read")
    }
    var text = String(cString: message)
    while text.last?.isWhitespace == true { text.removeLast() }
    return MarkupError(text, line: error.pointee.line > 0 ? Int(error.pointee.line) : nil)
  }

  private mutating func copy(_ document: UnsafeMutablePointer<xmlNode>, isHTML: Bool) throws(MarkupError) {
    var rest: [(node: UnsafeMutablePointer<xmlNode>, parent: NodeID)] = []
    func push(childrenOf node: UnsafeMutablePointer<xmlNode>, _ parent: NodeID) {
      var child = node.pointee.last
      while let next = child {
        rest.append((next, parent))
        child = next.pointee.prev
      }
    }
    push(childrenOf: document, Self.document)
    while let (node, parent) = rest.popLast() {
      switch node.pointee.type {
      case XML_ELEMENT_NODE:
        var name = Self.qualifiedName(node.pointee.name, node.pointee.ns)
        if isHTML { name = name.lowercased() }
        let id = append(.element(name: name), attributes: try Self.attributes(of: node), to: parent)
        push(childrenOf: node, id)
      case XML_TEXT_NODE: append(.text, text: String(xml: node.pointee.content), to: parent)
      case XML_CDATA_SECTION_NODE:
        // The content of an HTML script or style is CDATA to the library, and text to everyone else.
        append(isHTML ? .text : .cdata, text: String(xml: node.pointee.content), to: parent)
      case XML_COMMENT_NODE: append(.comment, text: String(xml: node.pointee.content), to: parent)
      case XML_DTD_NODE: append(.doctype, text: String(xml: node.pointee.name), to: parent)
      case XML_ENTITY_REF_NODE:
        throw MarkupError("it uses the entity '&\(String(xml: node.pointee.name));', which is not defined")
      default: break
      }
    }
  }

  private static func attributes(of node: UnsafeMutablePointer<xmlNode>) throws(MarkupError) -> [Attribute] {
    var attributes: [Attribute] = []
    // Namespace declarations are attributes to those who read the document as data.
    var namespace = node.pointee.nsDef
    while let next = namespace {
      let prefix = next.pointee.prefix.map { ":" + String(cString: $0) } ?? ""
      attributes.append(Attribute(name: "xmlns" + prefix, value: String(xml: next.pointee.href)))
      namespace = next.pointee.next
    }
    var attribute = node.pointee.properties
    while let next = attribute {
      var value = ""
      var part = next.pointee.children
      while let text = part {
        if text.pointee.type == XML_ENTITY_REF_NODE {
          throw MarkupError("it uses the entity '&\(String(xml: text.pointee.name));', which is not defined")
        }
        value += String(xml: text.pointee.content)
        part = text.pointee.next
      }
      attributes.append(Attribute(name: qualifiedName(next.pointee.name, next.pointee.ns), value: value))
      attribute = next.pointee.next
    }
    return attributes
  }

  private static func qualifiedName(_ name: UnsafePointer<xmlChar>?, _ namespace: UnsafeMutablePointer<xmlNs>?)
    -> String
  {
    guard let prefix = namespace?.pointee.prefix else { return String(xml: name) }
    return String(cString: prefix) + ":" + String(xml: name)
  }
}

extension String {
  fileprivate init(xml text: UnsafePointer<xmlChar>?) { self = text.map { String(cString: $0) } ?? "" }
}

extension Sequence<UInt8> {
  /// `\r\n` and `\r` as `\n`.
  fileprivate var normalizedLineEnds: [UInt8] {
    var bytes: [UInt8] = []
    var afterReturn = false
    for byte in self {
      if byte == 0x0D {
        bytes.append(0x0A)
      } else if byte != 0x0A || !afterReturn {
        bytes.append(byte)
      }
      afterReturn = byte == 0x0D
    }
    return bytes
  }
}

extension String.UTF8View {
  /// The text of an opening tag occurs, and its name ends there.
  fileprivate func hasTag(_ tag: String) -> Bool {
    let pattern = Array(tag.utf8)
    var rest = self[...]
    while let start = rest.firstIndex(of: pattern[0]) {
      rest = rest[start...]
      if rest.starts(with: pattern) {
        let next = rest.dropFirst(pattern.count).first
        if next == nil || next == 0x3E || next == 0x20 || next == 0x0A || next == 0x09 || next == 0x2F { return true }
      }
      rest = rest.dropFirst()
    }
    return false
  }
}
