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
    let mode = try context.string("mode", default: "binaryToJson")
    return try context.itemByItem { (item, place) throws(NodeError) in
      switch mode {
      // An item without what is to be converted is left out.
      case "binaryToJson": try toJSON(item, place, context).map { [$0] } ?? []
      case "jsonToBinary": try toFile(item, place, context).map { [$0] } ?? []
      default: throw context.unknownChoice("mode", mode, ["binaryToJson", "jsonToBinary"])
      }
    }
  }

  private func toJSON(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> Item? {
    let source = try context.string("sourceKey", item: place, default: "data")
    guard let files = item.binary, files.contains(source) else { return nil }
    let bytes = try BinaryFile.content(source, of: item, at: place)
    let encoding = try TextEncoding(context.string("options.encoding", item: place, default: "utf8"))
    let stripsMark = try context.bool("options.stripBOM", item: place, default: true)
    func decoded() throws(NodeError) -> String {
      let text = try encoding.text(bytes)
      return stripsMark ? text.withoutByteOrderMark : text
    }
    let keepsSource = try context.bool("options.keepSource", item: place)
    var result = item
    if try context.bool("setAllData", item: place, default: true) {
      let value = try JSONValue(fileText: decoded(), file: source, item: place)
      guard case .object(let object) = value else {
        throw NodeError(
          "The file '\(source)' holds \(value.kindName == "array" ? "an array" : "a \(value.kindName)"), not an object",
          description: "Switch off 'Set All Data' to put it into a field.", item: place)
      }
      result.json = object
    } else {
      let value: JSONValue
      if try context.bool("options.keepAsBase64", item: place) {
        value = .string(Base64.text(bytes))
      } else if try context.bool("options.jsonParse", item: place) {
        value = try JSONValue(fileText: decoded(), file: source, item: place)
      } else {
        value = .string(try decoded())
      }
      // The item's own fields stay only where the source does.
      if !keepsSource { result.json = [:] }
      result.json.set(
        try context.string("destinationKey", item: place, default: "data"), to: value, dotNotation: true)
    }
    if !keepsSource {
      var rest = files
      rest[source] = nil
      result.binary = rest.isEmpty ? nil : rest
    }
    return result
  }

  private func toFile(_ item: Item, _ place: Int, _ context: NodeContext) throws(NodeError) -> Item? {
    let takesAll = try context.bool("convertAllData", item: place, default: true)
    let keepsSource = try context.bool("options.keepSource", item: place)
    var result = item
    let value: JSONValue
    if takesAll {
      value = .object(item.json)
      if !keepsSource { result.json = [:] }
    } else {
      let source = FieldPath(try context.string("sourceKey", item: place, default: "data"))
      guard let found = source.value(in: item.json) else { return nil }
      value = found
      if !keepsSource { source.remove(from: &result.json) }
    }
    let isBase64 = try context.bool("options.dataIsBase64", item: place)
    let isRaw = try context.bool("options.useRawData", item: place)
    let bytes: [UInt8]
    if isBase64 {
      guard let decoded = Base64.bytes(value.asText) else {
        throw NodeError(
          "The value to convert is not valid Base64", description: "Switch off the option 'Data Is Base64'.",
          item: place)
      }
      bytes = decoded
    } else {
      let encoding = try TextEncoding(context.string("options.encoding", item: place, default: "utf8"))
      bytes = try encoding.bytes(
        isRaw ? value.asText : value.jsonText,
        addsByteOrderMark: context.bool("options.addBOM", item: place))
    }
    var mimeType = try context.string("options.mimeType", item: place)
    if mimeType.isEmpty { mimeType = isRaw || isBase64 ? "text/plain" : "application/json" }
    var name = try context.string("options.fileName", item: place)
    if name.isEmpty, context.typeVersion >= 1.1 { name = "file." + (MediaType.fileExtension(for: mimeType) ?? "bin") }
    return result.adding(
      BinaryFile(bytes, fileName: name, mimeType: mimeType),
      as: try context.string("destinationKey", item: place, default: "data"))
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
