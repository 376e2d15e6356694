import JobsprintDomain
import JobsprintPorts

/// Moves data between an item's JSON and its files.
struct MoveBinaryDataNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.moveBinaryData", displayName: "Convert to/from binary data",
    summary: "Moves data between files and JSON.", versions: [1, 1.1],
    parameters: [
      NodeParameter(
        "mode", .choice, "The direction.", default: "binaryToJson", choices: ["binaryToJson", "jsonToBinary"]),
      NodeParameter(
        "setAllData", .boolean, "binaryToJson: the file's JSON replaces the item's whole data.", default: true),
      NodeParameter(
        "convertAllData", .boolean, "jsonToBinary: the item's whole data goes into the file.", default: true),
      NodeParameter(
        "sourceKey", .text, "The file's property, or the field whose value goes into the file.", default: "data"),
      NodeParameter(
        "destinationKey", .text, "The field, or the file's property, that receives the data.", default: "data"),
      NodeParameter("options.encoding", .text, "The text encoding of the file.", default: "utf8"),
      NodeParameter("options.stripBOM", .boolean, "binaryToJson: removes a byte order mark.", default: true),
      NodeParameter("options.jsonParse", .boolean, "binaryToJson: reads the text as JSON.", default: false),
      NodeParameter("options.keepAsBase64", .boolean, "binaryToJson: leaves the data as Base64.", default: false),
      NodeParameter("options.keepSource", .boolean, "Keeps what was converted.", default: false),
      NodeParameter("options.addBOM", .boolean, "jsonToBinary: begins with a byte order mark.", default: false),
      NodeParameter("options.dataIsBase64", .boolean, "jsonToBinary: the value is Base64.", default: false),
      NodeParameter("options.useRawData", .boolean, "jsonToBinary: writes text as it is, not as JSON.", default: false),
      NodeParameter("options.fileName", .text, "jsonToBinary: the file's name."),
      NodeParameter("options.mimeType", .text, "jsonToBinary: the file's media type.", default: "application/json"),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    var reading = SharedReading<BinaryMove>(context)
    return try context.itemsByItem { (item, place) throws(NodeError) in
      let move = try reading.settings { () throws(NodeError) in try BinaryMove(context, item: place) }
      // An item without what is to be converted is left out.
      return try move.moved(item, at: place).map { [$0] } ?? []
    }
  }
}

/// What the parameters say.
private final class BinaryMove {
  private enum Action {
    case toJSON(ToJSON)
    case toFile(ToFile)
  }

  private struct ToJSON {
    let setsAllData: Bool
    let stripsByteOrderMark: Bool
    let keepsBase64: Bool
    let readsJSON: Bool
  }

  private struct ToFile {
    let convertsAllData: Bool
    let isBase64: Bool
    let isRaw: Bool
    let addsByteOrderMark: Bool
    let label: BinaryFile.Label
  }

  private let action: Action
  private let source: FieldPath
  private let destination: String
  private let encoding: TextEncoding
  private let keepsSource: Bool

  init(_ context: NodeContext, item: Int) throws(NodeError) {
    func option(_ name: String, _ fallback: Bool = false) throws(NodeError) -> Bool {
      try context.bool("options.\(name)", item: item, default: fallback)
    }
    let mode = try context.string("mode", item: item, default: "binaryToJson")
    switch mode {
    case "binaryToJson":
      action = .toJSON(
        ToJSON(
          setsAllData: try context.bool("setAllData", item: item, default: true),
          stripsByteOrderMark: try option("stripBOM", true), keepsBase64: try option("keepAsBase64"),
          readsJSON: try option("jsonParse")))
    case "jsonToBinary":
      let (isBase64, isRaw) = (try option("dataIsBase64"), try option("useRawData"))
      var type = try context.string("options.mimeType", item: item)
      if type.isEmpty { type = isRaw || isBase64 ? "text/plain" : "application/json" }
      var name = try context.string("options.fileName", item: item)
      if name.isEmpty, context.typeVersion >= 1.1 { name = "file." + (MediaType.fileExtension(for: type) ?? "bin") }
      action = .toFile(
        ToFile(
          convertsAllData: try context.bool("convertAllData", item: item, default: true), isBase64: isBase64,
          isRaw: isRaw, addsByteOrderMark: try option("addBOM"),
          label: BinaryFile.Label(fileName: name, mimeType: type)))
    default: throw context.unknownChoice("mode", mode, ["binaryToJson", "jsonToBinary"], item: item)
    }
    source = FieldPath(try context.string("sourceKey", item: item, default: "data"))
    destination = try context.string("destinationKey", item: item, default: "data")
    encoding = try TextEncoding(context.string("options.encoding", item: item, default: "utf8"))
    keepsSource = try option("keepSource")
  }

  /// - Returns: nil for an item without what is to be converted.
  func moved(_ item: Item, at place: Int) throws(NodeError) -> Item? {
    switch action {
    case .toJSON(let how): try json(of: item, how, place)
    case .toFile(let how): try file(of: item, how)
    }
  }

  private func json(of item: Item, _ how: ToJSON, _ place: Int) throws(NodeError) -> Item? {
    let name = source.name
    guard let files = item.binary, files.contains(name) else { return nil }
    let bytes = try BinaryFile.content(name, of: item, at: place)
    func text() throws(NodeError) -> String {
      try encoding.text(bytes, strippingMark: how.stripsByteOrderMark)
    }
    var result = item
    func json() throws(NodeError) -> JSONValue {
      if let value = encoding.plainJSON(bytes) { return value }
      return try JSONValue(fileText: text(), file: name, item: place)
    }
    if how.setsAllData {
      let value = try json()
      guard case .object(let object) = value else {
        throw NodeError(
          "The file '\(name)' holds \(value.kindName == "array" ? "an array" : "a \(value.kindName)"), not an object",
          description: "Switch off 'Set All Data' to put it into a field.", item: place)
      }
      result.json = object
    } else {
      let value: JSONValue
      if how.keepsBase64 {
        value = .string(Base64.text(bytes))
      } else if how.readsJSON {
        value = try json()
      } else {
        value = .string(try text())
      }
      // The item's own fields stay only where the source does.
      if !keepsSource { result.json = [:] }
      result.json.set(destination, to: value, dotNotation: true)
    }
    if !keepsSource {
      var rest = files
      rest[name] = nil
      result.binary = rest.isEmpty ? nil : rest
    }
    return result
  }

  private func file(of item: Item, _ how: ToFile) throws(NodeError) -> Item? {
    var result = item
    let value: JSONValue
    if how.convertsAllData {
      value = .object(item.json)
      if !keepsSource { result.json = [:] }
    } else {
      guard let found = source.value(in: item.json) else { return nil }
      value = found
      if !keepsSource { source.remove(from: &result.json) }
    }
    return result.adding(how.label.file(of: try bytes(of: value, how)), as: destination)
  }

  private func bytes(of value: JSONValue, _ how: ToFile) throws(NodeError) -> [UInt8] {
    if how.isBase64 {
      guard let decoded = Base64.bytes(value.asText) else {
        throw NodeError(
          "The value to convert is not valid Base64", description: "Switch off the option 'Data Is Base64'.")
      }
      return decoded
    }
    if how.isRaw { return try encoding.bytes(value.asText, addsByteOrderMark: how.addsByteOrderMark) }
    return try encoding.bytes(json: value, addsByteOrderMark: how.addsByteOrderMark)
  }
}

extension JSONValue {
  /// Reads the text of a file.
  init(fileText text: String, file: String, item: Int) throws(NodeError) {
    do { self = try JSONValue(parsing: text) } catch {
      throw NodeError(
        "The file '\(file)' contains invalid JSON: \(error)", description: "Check what the node before put out.",
        item: item)
    }
  }
}
