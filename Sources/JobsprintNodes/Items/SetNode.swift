import JobsprintDomain
import JobsprintPorts

/// Sets fields of items: by a list of fields, or (from version 3) by a JSON object.
struct SetNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.set", displayName: "Edit Fields (Set)", summary: "Adds, changes and removes fields of items.",
    versions: [1, 2, 3, 3.1, 3.2, 3.3, 3.4], parameters: LegacyFields.parameters + EditedFields.parameters)

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var setter: any FieldSetter = context.typeVersion < 3 ? LegacyFields(context) : try EditedFields(context)
    return try context.itemByItem { (item, place) throws(NodeError) in
      try setter.changed(item, at: place, context)
    }
  }
}

protocol FieldSetter {
  mutating func changed(_ item: Item, at place: Int, _ context: NodeContext) throws(NodeError) -> Item
}

extension JSONObject {
  /// Sets a field whose name may be a path.
  mutating func set(_ name: String, to value: JSONValue, dotNotation: Bool) {
    // Most names are plain: no path to be read.
    if dotNotation, name.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") }) {
      PropertyPath(name).set(value, in: &self)
    } else {
      self[name] = value
    }
  }
}

/// Versions 1 and 2: `values: {boolean, number, string: [{name, value}]}`, `keepOnlySet`, `options.dotNotation`.
private struct LegacyFields: FieldSetter {
  private static let kinds: [(name: String, value: JSONValue)] = [("boolean", false), ("number", 0), ("string", "")]

  static let parameters =
    kinds.map { kind in
      NodeParameter("values.\(kind.name)", .list, "Versions 1 and 2: \(kind.name) fields {name, value} to set.")
    } + [
      NodeParameter(
        "keepOnlySet", .boolean, "Versions 1 and 2: drop the fields that are not set here, and the files.",
        default: false)
    ]

  private let fields: [(kind: String, place: Int, name: JSONValue, value: JSONValue)]
  private let keepsOnlySet: Bool
  private let usesDots: Bool

  init(_ context: NodeContext) {
    fields = Self.kinds.flatMap { kind in
      (context.rawParameter("values.\(kind.name)")?.arrayValue ?? []).enumerated().map { place, field in
        (kind.name, place, field["name"] ?? "propertyName", field["value"] ?? kind.value)
      }
    }
    keepsOnlySet = context.rawParameter("keepOnlySet") == true
    usesDots = context.rawParameter("options.dotNotation") != false
  }

  func changed(_ item: Item, at place: Int, _ context: NodeContext) throws(NodeError) -> Item {
    var changed = item
    if keepsOnlySet {
      changed.json = [:]
      changed.binary = nil
    }
    for field in fields {
      let path = "values.\(field.kind).\(field.place)"
      let name = try context.resolve(field.name, path: path + ".name", item: place)?.asText ?? "undefined"
      guard var value = try context.resolve(field.value, path: path + ".value", item: place) else { continue }
      if field.kind == "number", case .string = value, let number = value.converted(to: .number) { value = number }
      changed.json.set(name, to: value, dotNotation: usesDots)
    }
    return changed
  }
}
