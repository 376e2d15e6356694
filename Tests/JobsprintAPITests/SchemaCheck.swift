import JobsprintDomain

/// The part of JSON Schema that openapi.yaml uses.
struct SchemaCheck {
  let document: OpenAPIDocument

  func problems(of value: JSONValue, _ schema: JSONValue, at pointer: String) -> [String] {
    guard let schema = document.resolved(schema) else { return ["\(pointer): a reference to nothing"] }
    if value.isNull, schema["nullable"] == true { return [] }
    var found: [String] = []
    for part in schema["allOf"]?.arrayValue ?? [] { found += problems(of: value, part, at: pointer) }
    for keyword in ["oneOf", "anyOf"] {
      guard let parts = schema[keyword]?.arrayValue else { continue }
      if !parts.contains(where: { problems(of: value, $0, at: pointer).isEmpty }) {
        found.append("\(pointer): fits none of \(keyword)")
      }
    }
    if let type = schema["type"]?.stringValue, !value.isOfType(type) {
      return found + ["\(pointer): \(value.kindName) where \(type) is documented"]
    }
    if let choices = schema["enum"]?.arrayValue, !choices.contains(value) {
      found.append("\(pointer): \(value.jsonText) is none of the documented values")
    }
    switch value {
    case .string(let text): found += problems(of: text, format: schema["format"]?.stringValue, at: pointer)
    case .array(let elements):
      guard let items = schema["items"] else { break }
      for (place, element) in elements.enumerated() {
        found += problems(of: element, items, at: "\(pointer)/\(place)")
      }
    case .object(let members): found += problems(of: members, schema, at: pointer)
    default: break
    }
    return found
  }

  private func problems(of members: JSONObject, _ schema: JSONValue, at pointer: String) -> [String] {
    var found: [String] = []
    for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where members[name] == nil {
      found.append("\(pointer): '\(name)' is missing")
    }
    let properties = schema["properties"]?.objectValue ?? [:]
    for member in members {
      let place = "\(pointer)/\(member.key)"
      if let property = properties[member.key] {
        found += problems(of: member.value, property, at: place)
      } else if schema["additionalProperties"] == false {
        found.append("\(place) is not in the document")
      } else if let additional = schema["additionalProperties"], additional.objectValue != nil {
        found += problems(of: member.value, additional, at: place)
      } else if schema["additionalProperties"] == nil, schema["properties"] != nil, schema["allOf"] == nil {
        // Silence is no leave: what our own objects hold is written down.
        found.append("\(place) is not in the document")
      }
    }
    return found
  }

  private func problems(of text: String, format: String?, at pointer: String) -> [String] {
    switch format {
    case "uuid" where UUIDv7(text) == nil: ["\(pointer): '\(text)' is no UUID"]
    case "date-time" where Timestamp(iso8601: text) == nil: ["\(pointer): '\(text)' is no time"]
    default: []
    }
  }
}

extension JSONValue {
  fileprivate func isOfType(_ type: String) -> Bool {
    switch (type, self) {
    case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("integer", .integer),
      ("number", .integer), ("number", .double):
      true
    default: false
    }
  }
}
