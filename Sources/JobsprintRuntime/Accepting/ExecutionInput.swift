// What an execution starts with. The body of the request is stored as the bytes that came; it is looked into once to be
// refused early, and once more where another process executes it.

import JobsprintDomain

struct ExecutionInput: Sendable {
  var startNode: String?
  var destinationNode: String?
  var usesPinData: Bool
  /// Items of the start node.
  var items: [Item]
}

extension ExecutionInput {
  init(_ command: ExecuteCommand) throws(RuntimeError) {
    startNode = command.startNode
    destinationNode = command.destinationNode
    usesPinData = command.usesPinData
    guard !command.body.isEmpty else {
      items = []
      return
    }
    let body: JSONValue
    do { body = try JSONValue(parsing: command.body) } catch {
      throw RuntimeError(.inputMalformed, "The body is no JSON: \(error).")
    }
    items = try Self.items(of: body)
  }

  /// The stored form: `{"startNode", "destinationNode", "usePinData", "body"}`, the body as it came.
  static func bytes(for command: ExecuteCommand) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(command.body.count + 64)
    bytes.append("{")
    if let node = command.startNode {
      bytes.append("\"startNode\":")
      bytes.append(quoted: node)
      bytes.append(",")
    }
    if let node = command.destinationNode {
      bytes.append("\"destinationNode\":")
      bytes.append(quoted: node)
      bytes.append(",")
    }
    if command.usesPinData { bytes.append("\"usePinData\":true,") }
    bytes.append("\"body\":")
    if command.body.isEmpty { bytes.append("{}") } else { bytes += command.body }
    bytes.append("}")
    return bytes
  }

  init(stored bytes: [UInt8]) throws(RuntimeError) {
    // One level for the envelope around the body.
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes, depthLimit: JSONValue.depthLimit + 1) } catch {
      throw RuntimeError(.inputMalformed, "The stored input is unreadable: \(error).")
    }
    startNode = value["startNode"]?.stringValue
    destinationNode = value["destinationNode"]?.stringValue
    usesPinData = value["usePinData"] == true
    items = try Self.items(of: value["body"] ?? [:])
  }

  /// An object is the json of one item; of an array each element is one, as its json or in n8n's item shape.
  private static func items(of body: JSONValue) throws(RuntimeError) -> [Item] {
    switch body {
    case .object(let json): return [Item(json: json)]
    case .array(let elements):
      guard elements.count <= Self.mostItems else {
        throw RuntimeError(
          .inputMalformed,
          "The body has \(elements.count) items; an execution starts with at most \(Self.mostItems). Start several.")
      }
      var items: [Item] = []
      items.reserveCapacity(elements.count)
      for (place, element) in elements.enumerated() {
        guard case .object(let members) = element else {
          throw RuntimeError(
            .inputMalformed, "Item \(place) of the body is a \(element.kindName); each item must be an object.",
            issues: [WorkflowIssue(code: .malformed, pointer: "/\(place)", message: "expected an object")])
        }
        let isItem = members["json"]?.objectValue != nil && members.keys.allSatisfy(Self.itemMembers.contains)
        items.append(isItem ? Item(members) : Item(json: members))
      }
      return items
    default:
      throw RuntimeError(
        .inputMalformed,
        "The body is a \(body.kindName); an object (the start item's json) or an array of them is expected.")
    }
  }

  /// 16 MiB of `{},` would be 5.6 million items.
  private static let mostItems = 100_000
  private static let itemMembers: Set<String> = ["json", "binary", "pairedItem", "error"]
}
