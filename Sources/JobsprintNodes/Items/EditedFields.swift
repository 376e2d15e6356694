import JobsprintDomain
import JobsprintPorts

/// `set` from version 3 on: typed fields (`fields.values`, from 3.3 `assignments.assignments`) or a JSON object, and a
/// choice of what stays of the input.
struct EditedFields: FieldSetter {
  private struct Field {
    var name: PreparedValue
    let type: FieldType
    var value: PreparedValue?

    init(_ path: String, name: JSONValue?, type: FieldType, value: JSONValue?, in context: NodeContext) {
      self.name = PreparedValue(name ?? "", path: path + ".name", in: context)
      self.type = type
      self.value = value.map { PreparedValue($0, path: path + ".value", in: context) }
    }
  }

  private enum Kept {
    case all
    case none
    case only([String])
    case except([String])
  }

  static let parameters = [
    NodeParameter(
      "mode", .choice, "From version 3: set fields one by one, or by a JSON object.", default: "manual",
      choices: ["manual", "raw"]),
    NodeParameter(
      "assignments.assignments", .list, "From version 3.3: fields {name, type, value} to set."),
    NodeParameter(
      "fields.values", .list,
      "Versions 3 to 3.2: fields {name, type, stringValue | numberValue | booleanValue | arrayValue | objectValue}."),
    NodeParameter("jsonOutput", .json, "With mode `raw`: the object whose members are set."),
    NodeParameter(
      "includeOtherFields", .boolean, "From version 3.3: keep fields of the input, as `include` says.", default: false),
    NodeParameter(
      "include", .choice, "From version 3: which fields of the input stay.", default: "all",
      choices: ["all", "none", "selected", "except"]),
    NodeParameter("includeFields", .text, "With `selected`: field names, separated by commas."),
    NodeParameter("excludeFields", .text, "With `except`: field names, separated by commas."),
    NodeParameter("options.dotNotation", .boolean, "Take `a.b` as a path.", default: true),
    NodeParameter(
      "options.ignoreConversionErrors", .boolean, "From version 3: set a value that does not fit its type as it is.",
      default: false),
    NodeParameter("options.includeBinary", .boolean, "Versions 3 to 3.3: keep the files.", default: true),
    NodeParameter(
      "options.stripBinary", .boolean, "From version 3.4: drop the files also where other fields stay.",
      default: true),
  ]

  private var fields: [Field]
  /// What stays of every item, where no expression has a say in it.
  private let constantKept: Kept?
  private let isRaw: Bool
  private let usesDots: Bool
  private let ignoresConversionErrors: Bool
  private let keepsBinary: Bool

  init(_ context: NodeContext) throws(NodeError) {
    isRaw = context.rawParameter("mode") == "raw"
    fields = isRaw ? [] : Self.fields(context)
    let choices = ["includeOtherFields", "include", "includeFields", "excludeFields"]
    let isConstant = !choices.contains { context.rawParameter($0)?.hasExpression ?? false }
    // What is wrong with it is each item's error.
    constantKept = isConstant ? try? Self.choice(context, 0) : nil
    usesDots = try context.bool("options.dotNotation", default: true)
    ignoresConversionErrors = try context.bool("options.ignoreConversionErrors")
    if context.typeVersion >= 3.4 {
      let strips = try context.bool("options.stripBinary", default: true)
      keepsBinary = try context.bool("includeOtherFields") ? !strips : false
    } else {
      keepsBinary = try context.bool("options.includeBinary", default: true)
    }
  }

  private static func fields(_ context: NodeContext) -> [Field] {
    if context.typeVersion >= 3.3 {
      return (context.rawParameter("assignments.assignments")?.arrayValue ?? []).enumerated().map { place, field in
        Field(
          "assignments.assignments.\(place)", name: field["name"],
          type: field["type"]?.stringValue.flatMap { FieldType(rawValue: $0) } ?? .string, value: field["value"],
          in: context)
      }
    }
    return (context.rawParameter("fields.values")?.arrayValue ?? []).enumerated().map { place, field in
      // `numberValue` names both the type and the member that holds the value.
      let member = field["type"]?.stringValue ?? "stringValue"
      let type = FieldType(rawValue: String(member.dropLast("Value".count))) ?? .string
      return Field(
        "fields.values.\(place)", name: field["name"], type: type,
        value: field[member] ?? (type == .string ? "" : nil), in: context)
    }
  }

  mutating func changed(_ item: Item, at place: Int, _ context: NodeContext) throws(NodeError) -> Item {
    var json = try kept(of: item.json, context, place)
    if isRaw {
      json.merge(try rawObject(context, place))
    } else {
      json.reserveCapacity(json.count + fields.count)
      for field in fields.indices {
        let name = try fields[field].name.value(for: item, at: place, in: context)?.asText ?? ""
        let value = try fields[field].value?.value(for: item, at: place, in: context) ?? .null
        json.set(name, to: try typed(value, as: fields[field].type, name: name, item: place), dotNotation: usesDots)
      }
    }
    return Item(json: json, binary: keepsBinary ? item.binary : nil, pairedItem: item.pairedItem)
  }

  private func typed(_ value: JSONValue, as type: FieldType, name: String, item: Int) throws(NodeError) -> JSONValue {
    if value.isNull { return .null }
    if let converted = value.converted(to: type) { return converted }
    if ignoresConversionErrors { return value }
    throw NodeError(
      "'\(name)' expects a \(type.rawValue) but we got \(value.stringValue.map { "'\($0)'" } ?? value.jsonText)",
      description: "Change the type of the field '\(name)', or switch on the option 'Ignore Type Conversion Errors'.",
      item: item)
  }

  private func rawObject(_ context: NodeContext, _ place: Int) throws(NodeError) -> JSONObject {
    switch try context.parameter("jsonOutput", item: place) {
    case nil, .null?: return [:]
    case .object(let object)?: return object
    case .string(let text)?:
      let value: JSONValue
      do { value = try JSONValue(relaxed: text) } catch {
        throw NodeError("The 'JSON Output' in item \(place) contains invalid JSON: \(error)", item: place)
      }
      guard case .object(let object) = value else {
        throw NodeError("The 'JSON Output' in item \(place) must be an object, not \(value.kindName)", item: place)
      }
      return object
    case let other?: throw context.wrongKind("jsonOutput", "a JSON object", found: other, item: place)
    }
  }

  private func kept(of json: JSONObject, _ context: NodeContext, _ place: Int) throws(NodeError) -> JSONObject {
    let choice = if let constantKept { constantKept } else { try Self.choice(context, place) }
    switch choice {
    case .all: return json
    case .none: return [:]
    case .only(let names):
      var kept = JSONObject()
      for name in names {
        if let value = usesDots ? PropertyPath(name).value(in: json) : json[name] {
          kept.set(name, to: value, dotNotation: usesDots)
        }
      }
      return kept
    case .except(let names):
      var kept = json
      for name in names {
        if usesDots { PropertyPath(name).remove(from: &kept) } else { kept[name] = nil }
      }
      return kept
    }
  }

  private static func choice(_ context: NodeContext, _ place: Int) throws(NodeError) -> Kept {
    if context.typeVersion >= 3.3, try !context.bool("includeOtherFields", item: place) { return .none }
    switch try context.string("include", item: place, default: "all") {
    case "none": return .none
    case "selected": return .only(try context.fieldNames("includeFields", item: place))
    case "except": return .except(try context.fieldNames("excludeFields", item: place))
    default: return .all
    }
  }
}
