import JobsprintDomain
import LibXML2

/// XML as the JSON that `xml2js` makes of it.
struct XMLToJSON {
  var attributeKey = "$"
  var textKey = "_"
  var alwaysUsesArrays = false
  var alwaysUsesTextKey = false
  var keepsRoot = true
  var ignoresAttributes = false
  var mergesAttributes = true
  var collapsesSpace = false
  var lowercasesNames = false
  var trims = false

  func value(of tree: MarkupTree) -> JSONObject {
    guard let root = tree.root else { return [:] }
    let (name, value) = element(root, of: tree)
    if keepsRoot { return [name: value] }
    if case .object(let object) = value { return object }
    // An item is an object, also where the root has only text.
    return [textKey: value]
  }

  // The parser bounds the depth of a tree, so recursion is bounded.
  private func element(_ id: MarkupTree.NodeID, of tree: MarkupTree) -> (name: String, value: JSONValue) {
    let node = tree[id]
    var object = JSONObject()
    if !ignoresAttributes {
      var separate = JSONObject()
      for attribute in node.attributes {
        if mergesAttributes {
          add(.string(attribute.value), as: attribute.name, to: &object)
        } else {
          separate[attribute.name] = .string(attribute.value)
        }
      }
      if !separate.isEmpty { object[attributeKey] = .object(separate) }
    }
    var text = ""
    var hasCDATA = false
    for child in node.children {
      switch tree[child].kind {
      case .text: text += tree[child].text
      case .cdata:
        text += tree[child].text
        hasCDATA = true
      case .element:
        let (name, value) = element(child, of: tree)
        add(value, as: name, to: &object)
      default: break
      }
    }
    let name = lowercasesNames ? (node.name ?? "").lowercased() : node.name ?? ""
    return (name, content(object, text, hasCDATA: hasCDATA))
  }

  private func content(_ object: JSONObject, _ text: String, hasCDATA: Bool) -> JSONValue {
    if !hasCDATA, text.trimmedOfSpace.isEmpty { return object.isEmpty ? .string(text) : .object(object) }
    var text = text
    if trims { text = text.trimmedOfSpace }
    if collapsesSpace { text = Self.collapsed(text).trimmedOfSpace }
    if object.isEmpty, !alwaysUsesTextKey { return .string(text) }
    // The text comes first, then attributes and children.
    var result: JSONObject = [textKey: .string(text)]
    result.merge(object)
    return .object(result)
  }

  /// Runs of two and more whitespace characters become one space.
  private static func collapsed(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var run: [Unicode.Scalar] = []
    func flush() {
      if run.count == 1 { result += run } else if !run.isEmpty { result.append(" ") }
      run = []
    }
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        run.append(scalar)
      } else {
        flush()
        result.append(scalar)
      }
    }
    flush()
    return String(result)
  }

  private func add(_ value: JSONValue, as name: String, to object: inout JSONObject) {
    switch object[name] {
    case nil: object[name] = alwaysUsesArrays ? [value] : value
    case .array(let values)?: object[name] = .array(values + [value])
    case let present?: object[name] = [present, value]
    }
  }
}
