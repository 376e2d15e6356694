// Reading n8n's workflow JSON. Only what would make the document useless is refused; unknown fields are nobody's
// business.

extension Workflow {
  /// Reads an exported workflow. Throws the first place at which the document is not n8n's shape.
  public init(document: JSONObject) throws(WorkflowIssue) {
    let reader = DocumentReader()
    name = try reader.string(document, "name", at: "") ?? ""
    nodes = try reader.nodes(document)
    connections = try reader.connections(document)
    settings = WorkflowSettings(try reader.object(document, "settings", at: "") ?? [:])
    pinData = try reader.pinData(document)
    staticData = reader.staticData(document)
  }
}

private struct DocumentReader {
  /// Input slots of a node. The most that a node of n8n has is 10.
  private static let mostInputs = 64

  private func malformed(_ pointer: String, _ expected: String, found: JSONValue) -> WorkflowIssue {
    WorkflowIssue(code: .malformed, pointer: pointer, message: "expected \(expected), found \(found.kindName)")
  }

  func string(_ object: JSONObject, _ key: String, at pointer: String) throws(WorkflowIssue) -> String? {
    guard let value = object[key], !value.isNull else { return nil }
    guard case .string(let text) = value else {
      throw malformed(pointer + "/" + key.asPointerToken, "a string", found: value)
    }
    return text
  }

  func object(_ object: JSONObject, _ key: String, at pointer: String) throws(WorkflowIssue) -> JSONObject? {
    guard let value = object[key], !value.isNull else { return nil }
    guard case .object(let members) = value else {
      throw malformed(pointer + "/" + key.asPointerToken, "an object", found: value)
    }
    return members
  }

  /// An object, or a text of one; anything else is nobody's business.
  func staticData(_ document: JSONObject) -> JSONObject {
    guard let value = document["staticData"] else { return [:] }
    let parsed = value.stringValue.flatMap { try? JSONValue(parsing: Array($0.utf8)) } ?? value
    return parsed.objectValue ?? [:]
  }

  func nodes(_ document: JSONObject) throws(WorkflowIssue) -> [Node] {
    guard let value = document["nodes"] else {
      throw WorkflowIssue(code: .malformed, pointer: "/nodes", message: "missing: an array of nodes is expected")
    }
    guard case .array(let elements) = value else { throw malformed("/nodes", "an array of nodes", found: value) }
    var nodes: [Node] = []
    nodes.reserveCapacity(elements.count)
    for (place, element) in elements.enumerated() {
      let pointer = "/nodes/\(place)"
      guard case .object(let members) = element else { throw malformed(pointer, "an object", found: element) }
      nodes.append(try node(members, at: pointer))
    }
    return nodes
  }

  private func node(_ members: JSONObject, at pointer: String) throws(WorkflowIssue) -> Node {
    guard let name = try string(members, "name", at: pointer) else {
      throw WorkflowIssue(code: .malformed, pointer: pointer + "/name", message: "missing: a node needs a name")
    }
    guard let type = try string(members, "type", at: pointer) else {
      throw WorkflowIssue(code: .malformed, pointer: pointer + "/type", message: "missing: a node needs a type")
    }
    var version: JSONValue = 1
    if let given = members["typeVersion"], !given.isNull { version = given }
    guard let typeVersion = version.doubleValue else {
      throw malformed(pointer + "/typeVersion", "a number", found: version)
    }
    // Exports of some tools write an empty array for "no parameters".
    let parameters: JSONObject =
      members["parameters"] == [] ? [:] : try object(members, "parameters", at: pointer) ?? [:]
    let onError: OnError =
      if let text = members["onError"]?.stringValue, let chosen = OnError(rawValue: text) {
        chosen
      } else {
        members["continueOnFail"] == true ? .continueRegularOutput : .stopWorkflow
      }
    let wait = members["waitBetweenTries"]?.integerValue ?? 0
    return Node(
      id: members["id"]?.stringValue ?? "", name: name, type: type, typeVersion: typeVersion, parameters: parameters,
      position: Node.Position(
        x: members["position"]?[0]?.doubleValue ?? 0, y: members["position"]?[1]?.doubleValue ?? 0),
      isDisabled: members["disabled"] == true, onError: onError,
      retry: members["retryOnFail"] == true
        ? NodeRetry(
          maxTries: members["maxTries"]?.integerValue ?? 3, waitBetweenTriesMilliseconds: wait == 0 ? 1000 : wait)
        : nil,
      executeOnce: members["executeOnce"] == true, alwaysOutputData: members["alwaysOutputData"] == true,
      whenUncertain: members["whenUncertain"] == "stop" ? .stop : .repeat, credentials: credentials(members))
  }

  /// What is no reference is left out: the node says what it misses when it runs.
  private func credentials(_ members: JSONObject) -> [String: CredentialReference] {
    var result: [String: CredentialReference] = [:]
    for entry in members["credentials"]?.objectValue ?? [:] {
      // n8n's oldest exports have the name alone.
      if let name = entry.value.stringValue {
        result[entry.key] = CredentialReference(id: nil, name: name)
      } else if let reference = entry.value.objectValue {
        result[entry.key] = CredentialReference(
          id: reference["id"]?.stringValue, name: reference["name"]?.stringValue ?? "")
      }
    }
    return result
  }

  func connections(_ document: JSONObject) throws(WorkflowIssue) -> Connections {
    var result = Connections()
    for source in try object(document, "connections", at: "") ?? [:] {
      let atSource = "/connections/" + source.key.asPointerToken
      guard case .object(let kinds) = source.value else { throw malformed(atSource, "an object", found: source.value) }
      for kind in kinds {
        let atKind = atSource + "/" + kind.key.asPointerToken
        guard case .array(let outputs) = kind.value else {
          throw malformed(atKind, "an array of outputs", found: kind.value)
        }
        for (output, targets) in outputs.enumerated() where !targets.isNull {
          let atOutput = "\(atKind)/\(output)"
          guard case .array(let elements) = targets else {
            throw malformed(atOutput, "an array of connections or null", found: targets)
          }
          for (place, element) in elements.enumerated() where !element.isNull {
            let target = try connection(element, at: "\(atOutput)/\(place)")
            result.connect(source.key, kind: kind.key, output: output, to: target)
          }
        }
      }
    }
    return result
  }

  private func connection(_ element: JSONValue, at pointer: String) throws(WorkflowIssue) -> Connection {
    guard case .object(let members) = element else { throw malformed(pointer, "an object", found: element) }
    guard let node = try string(members, "node", at: pointer) else {
      throw WorkflowIssue(
        code: .malformed, pointer: pointer + "/node", message: "missing: the target's name is expected")
    }
    var given: JSONValue = 0
    if let value = members["index"], !value.isNull { given = value }
    // An input slot is a place in an array; a number out of this range is a mistake or an attack.
    guard let index = given.integerValue, (0..<Self.mostInputs).contains(index) else {
      throw WorkflowIssue(
        code: .malformed, pointer: pointer + "/index",
        message: "expected a whole number from 0 to \(Self.mostInputs - 1)")
    }
    return Connection(node: node, type: try string(members, "type", at: pointer) ?? "main", index: index)
  }

  func pinData(_ document: JSONObject) throws(WorkflowIssue) -> [ExactString: [Item]] {
    var result: [ExactString: [Item]] = [:]
    for pinned in try object(document, "pinData", at: "") ?? [:] {
      let pointer = "/pinData/" + pinned.key.asPointerToken
      guard case .array(let elements) = pinned.value else {
        throw malformed(pointer, "an array of items", found: pinned.value)
      }
      var items: [Item] = []
      for (place, element) in elements.enumerated() {
        guard case .object(let members) = element else {
          throw malformed("\(pointer)/\(place)", "an object", found: element)
        }
        // n8n accepts pinned items with and without the `json` wrapper.
        items.append(members["json"]?.objectValue == nil ? Item(json: members) : Item(members))
      }
      result[pinned.key] = items
    }
    return result
  }
}

extension String {
  /// Escaped as one token of an RFC 6901 pointer.
  public var asPointerToken: String {
    guard utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return self }
    var result = ""
    for character in unicodeScalars {
      switch character {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
