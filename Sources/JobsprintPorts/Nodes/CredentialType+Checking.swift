public import JobsprintDomain

extension CredentialType {
  /// Bytes of JSON that the secrets of one credential may have.
  public static let longestSecrets = 65_536

  /// What counts where a field is left out.
  public var defaults: JSONObject {
    JSONObject(fields.compactMap { field in field.defaultValue.map { (field.name, .string($0)) } })
  }

  /// What is wrong with secrets, by pointers into a body that has them as its `data`. It never shows a value.
  public func issues(of secrets: JSONObject) -> [WorkflowIssue] {
    var issues: [WorkflowIssue] = []
    func complain(_ field: String?, _ message: String) {
      let pointer = field.map { "/data/" + $0.asPointerToken } ?? "/data"
      issues.append(WorkflowIssue(code: .malformed, pointer: pointer, message: message))
    }
    if JSONValue.object(secrets).jsonBytes.count > Self.longestSecrets {
      complain(nil, "The data is larger than \(Self.longestSecrets >> 10) KiB.")
    }
    for entry in secrets where !fields.contains(where: { $0.name == entry.key }) {
      complain(entry.key, "There is no such field; there are: \(fields.map(\.name).joined(separator: ", ")).")
    }
    var all = defaults
    all.merge(secrets)
    for field in fields {
      switch all[field.name] {
      case nil, .null?, ""?:
        if field.isRequired, field.counts(in: all) { complain(field.name, "It is required: \(field.summary)") }
      case .string(let text)?:
        if !field.choices.isEmpty, !field.choices.contains(text) {
          complain(field.name, "It must be one of: \(field.choices.joined(separator: ", ")).")
        }
      case let other?: complain(field.name, "It must be a text, not \(other.kindName).")
      }
    }
    return issues
  }

  /// As JSON Schema, in the shape that n8n gives it.
  public var schema: JSONValue {
    var schema: JSONObject = [
      "additionalProperties": false, "type": "object",
      "properties": .object(JSONObject(fields.map { ($0.name, $0.schema) })),
      "required": .array(fields.filter { $0.isRequired && $0.condition == nil }.map { .string($0.name) }),
    ]
    let conditional: [JSONValue] = fields.compactMap { field in
      guard field.isRequired, let condition = field.condition else { return nil }
      return [
        "if": ["properties": .object([condition.field: ["enum": [.string(condition.value)]]])],
        "then": ["allOf": [["required": [.string(field.name)]]]],
      ]
    }
    if !conditional.isEmpty { schema["allOf"] = .array(conditional) }
    return .object(schema)
  }
}

extension CredentialField {
  fileprivate func counts(in secrets: JSONObject) -> Bool {
    guard let condition else { return true }
    return secrets[condition.field]?.stringValue == condition.value
  }

  fileprivate var schema: JSONValue {
    var schema: JSONObject = ["type": "string", "description": .string(summary)]
    if !choices.isEmpty { schema["enum"] = .array(choices.map { .string($0) }) }
    if let defaultValue { schema["default"] = .string(defaultValue) }
    return .object(schema)
  }
}
