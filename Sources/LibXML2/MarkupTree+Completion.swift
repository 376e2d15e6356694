// libxml2 builds trees by HTML 4; what HTML 5 adds to every tree is put in here: `head` and `body`, `tbody` around
// rows, and whitespace behind the body inside of it.

extension MarkupTree {
  mutating func completeDocument() {
    let source = self
    self = MarkupTree()
    for id in source[Self.document].children where source[id].name != "html" {
      if case .doctype = source[id].kind { copy(id, of: source, to: Self.document) }
    }
    let oldRoot = source.root
    let isWhole = oldRoot.map { source[$0].name == "html" } ?? false
    let html = append(
      .element(name: "html"), attributes: isWhole ? oldRoot.map { source[$0].attributes } ?? [] : [], to: Self.document)
    let content = isWhole ? oldRoot.map { source[$0].children } ?? [] : oldRoot.map { [$0] } ?? []
    func first(_ name: String) -> NodeID? { content.first { source[$0].name == name } }

    let head = append(.element(name: "head"), attributes: first("head").map { source[$0].attributes } ?? [], to: html)
    if let old = first("head") { for child in source[old].children { copy(child, of: source, to: head) } }
    let bodyPlace = content.firstIndex { source[$0].name == "body" || source[$0].name == "frameset" }
    let headPlace = content.firstIndex { source[$0].name == "head" }
    // Whitespace between head and body belongs to html.
    if let headPlace {
      for id in content[(headPlace + 1)..<(bodyPlace ?? content.count)] where source.isSpace(id) {
        copy(id, of: source, to: html)
      }
    }
    let old = bodyPlace.map { content[$0] }
    let body = append(
      .element(name: old.flatMap { source[$0].name } ?? "body"), attributes: old.map { source[$0].attributes } ?? [],
      to: html)
    if let old { for child in source[old].children { copy(child, of: source, to: body) } }
    for (place, id) in content.enumerated() where place != bodyPlace && place != headPlace {
      if source.isSpace(id), place < bodyPlace ?? content.count { continue }
      copy(id, of: source, to: body)
    }
  }

  private func isSpace(_ id: NodeID) -> Bool {
    self[id].kind == .text && self[id].text.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  private mutating func copy(_ id: NodeID, of source: MarkupTree, to parent: NodeID) {
    var rest = [(id, parent)]
    while let (id, parent) = rest.popLast() {
      let node = source[id]
      var target = parent
      if node.name == "tr", self[parent].name == "table" {
        // Rows that follow each other share one body.
        if let last = self[parent].children.last(where: { !isSpace($0) }), self[last].name == "tbody" {
          target = last
        } else {
          target = append(.element(name: "tbody"), to: parent)
        }
      }
      let copied = append(node.kind, text: node.text, attributes: node.attributes, to: target)
      rest += node.children.reversed().map { ($0, copied) }
    }
  }
}
