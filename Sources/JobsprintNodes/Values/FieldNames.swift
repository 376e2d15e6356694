import JobsprintDomain
import JobsprintPorts

extension NodeContext {
  /// A list of field names in any of n8n's spellings: `a, b`, `["a", "b"]`, `{fields: [{fieldName: "a"}]}` (older
  /// versions of Item Lists). Blank names are left out.
  func fieldNames(_ path: String, item: Int = 0) throws(NodeError) -> [String] {
    let names: [String]
    switch try parameter(path, item: item) {
    case nil, .null?: names = []
    case .string(let text)?: names = text.split(separator: ",").map(String.init)
    case .array(let elements)?: names = elements.map { $0["fieldName"]?.asText ?? $0.asText }
    case .object(let members)?:
      guard let fields = members["fields"]?.arrayValue ?? (members.isEmpty ? [] : nil) else {
        throw wrongKind(path, "a list of field names", found: .object(members), item: item)
      }
      names = fields.map { $0["fieldName"]?.asText ?? "" }
    case let other?: throw wrongKind(path, "a list of field names", found: other, item: item)
    }
    return names.map(\.trimmedOfSpace).filter { !$0.isEmpty }
  }

  /// The same as paths; at least one is needed.
  func requiredFields(
    _ path: String, usesDots: Bool, purpose: String, item: Int = 0
  ) throws(NodeError) -> [FieldPath] {
    let names = try fieldNames(path, item: item)
    guard !names.isEmpty else {
      throw NodeError(
        "No fields specified", description: "Please add a field to \(purpose).", item: item,
        context: ["parameter": .string(path)])
    }
    return names.map { FieldPath($0, usesDots: usesDots) }
  }

  /// `options.disableDotNotation`, the other way round.
  func usesDots(item: Int = 0) throws(NodeError) -> Bool { try !bool("options.disableDotNotation", item: item) }

  /// The elements of a list parameter (`keys.key`), resolved for one item.
  func list(_ path: String, item: Int = 0) throws(NodeError) -> [JSONValue] {
    switch try parameter(path, item: item) {
    case nil, .null?: return []
    case .array(let elements)?: return elements
    case let other?: throw wrongKind(path, "a list", found: other, item: item)
    }
  }
}

extension [Item] {
  /// The origins of all of them, for an item that is made of many.
  var pairing: PairedItem { pairing(of: indices) }
}
