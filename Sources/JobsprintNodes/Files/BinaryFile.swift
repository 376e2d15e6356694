import JobsprintDomain
import JobsprintPorts

/// Files that items carry inline, in n8n's shape: `{data, mimeType, fileType, fileName, fileExtension, fileSize}`.
enum BinaryFile {
  /// What a file is called and what it is: the same for many files.
  final class Label: Sendable {
    private let mimeType: String
    private let fileType: String?
    private let fileName: String?
    private let fileExtension: String?

    /// - Parameters:
    ///   - fileName: empty for none.
    ///   - mimeType: empty to tell from the file's name; `application/octet-stream` when that says nothing.
    init(fileName: String, mimeType: String) {
      let told = mimeType.isEmpty ? MediaType.ofFile(named: fileName) : mimeType
      let type = told ?? "application/octet-stream"
      self.mimeType = type
      self.fileName = fileName.isEmpty ? nil : fileName
      fileType = MediaType.group(of: type)
      fileExtension = MediaType.fileExtension(of: fileName) ?? MediaType.fileExtension(for: type)
    }

    /// A file with this label, in n8n's shape.
    @inline(__always)
    func file(of bytes: some Collection<UInt8>) -> JSONValue {
      let text = Base64.text(bytes)
      let size = BinaryFile.sizeText(bytes.count)
      return .object(
        JSONObject(capacity: 6) { members in
          members.append(JSONObject.Entry(key: "data", value: .string(text)))
          members.append(JSONObject.Entry(key: "mimeType", value: .string(mimeType)))
          if let fileType { members.append(JSONObject.Entry(key: "fileType", value: .string(fileType))) }
          if let fileName { members.append(JSONObject.Entry(key: "fileName", value: .string(fileName))) }
          if let fileExtension { members.append(JSONObject.Entry(key: "fileExtension", value: .string(fileExtension))) }
          members.append(JSONObject.Entry(key: "fileSize", value: .string(size)))
        })
    }
  }

  /// The content of a file that an item has.
  ///
  /// - Parameter property: its name in `binary`.
  static func content(_ property: String, of item: Item, at place: Int) throws(NodeError) -> [UInt8] {
    guard let file = item.binary?[property] else {
      let others = item.binary?.keys.joined(separator: "', '") ?? ""
      throw NodeError(
        "This operation expects the node's input data to contain a binary file '\(property)', but none was found "
          + "[item \(place)]",
        description: others.isEmpty
          ? "The item has no files: check the node before." : "The item's files are: '\(others)'.", item: place)
    }
    guard let text = file["data"]?.stringValue, file["id"] == nil, let bytes = Base64.bytes(text) else {
      throw NodeError(
        "The binary file '\(property)' can't be read: its data is not Base64 text",
        description: "Only files that items carry inline are supported.", item: place)
    }
    return bytes
  }

  /// Those of small files, made once.
  private static let smallSizes = (0..<1000).map { "\($0) B" }

  /// `59 B`, `1.04 kB`: three digits, in steps of a thousand.
  static func sizeText(_ size: Int) -> String {
    guard size >= 1000 else { return smallSizes[size] }
    var value = Double(size)
    var unit = 0
    let units = ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let scale: Double = value >= 100 ? 1 : value >= 10 ? 10 : 100
    return "\(((value * scale).rounded() / scale).javaScriptText) \(units[unit])"
  }
}

extension Item {
  /// An item with nothing but a file.
  init(file: JSONValue, as property: String, _ pairedItem: PairedItem?) {
    self.init(json: JSONObject(), binary: JSONObject(key: property, value: file), pairedItem: pairedItem)
  }

  /// The item with one file more.
  func adding(_ file: JSONValue, as property: String) -> Item {
    var item = self
    var files = item.binary ?? [:]
    files[property] = file
    item.binary = files
    return item
  }
}

/// Media types and the file extensions that stand for them.
enum MediaType {
  private static let known: [(suffix: String, type: String)] = [
    ("txt", "text/plain"), ("json", "application/json"), ("csv", "text/csv"), ("html", "text/html"),
    ("htm", "text/html"), ("ics", "text/calendar"), ("xml", "text/xml"), ("xml", "application/xml"),
    ("md", "text/markdown"), ("css", "text/css"), ("js", "application/javascript"), ("pdf", "application/pdf"),
    ("rtf", "application/rtf"), ("rtf", "text/rtf"), ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"), ("zip", "application/zip"), ("gz", "application/gzip"),
    ("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("gif", "image/gif"), ("webp", "image/webp"),
    ("svg", "image/svg+xml"), ("mp3", "audio/mpeg"), ("wav", "audio/wav"), ("mp4", "video/mp4"),
    ("yaml", "text/yaml"), ("yml", "text/yaml"), ("bin", "application/octet-stream"),
  ]

  static func fileExtension(of fileName: String) -> String? {
    guard let dot = fileName.lastIndex(of: "."), dot > fileName.startIndex else { return nil }
    let suffix = fileName[fileName.index(after: dot)...]
    return suffix.isEmpty || suffix.contains("/") ? nil : String(suffix)
  }

  static func ofFile(named name: String) -> String? {
    guard let suffix = fileExtension(of: name)?.lowercased() else { return nil }
    return known.first { $0.suffix == suffix }?.type
  }

  static func fileExtension(for type: String) -> String? {
    let plain = type.prefix { $0 != ";" }.lowercased()
    return known.first { $0.type == plain }?.suffix
  }

  /// The kind of file for people: `json`, `html`, `pdf`, `text`, `image`, `audio`, `video`; nil for others.
  static func group(of type: String) -> String? {
    if type.hasPrefix("application/json") { return "json" }
    if type.hasPrefix("text/html") { return "html" }
    if type.hasPrefix("application/pdf") { return "pdf" }
    if type.hasPrefix("text/") { return "text" }
    return ["image", "audio", "video"].first { type.hasPrefix($0 + "/") }
  }
}
