// What an expression works with: JavaScript's values as far as they can occur without an engine.
//
// JSON data stays in its JSON form, so that a big value is passed on and never rebuilt. Literals keep their own form,
// because `undefined`, `NaN` and dates may stand in them, which JSON does not know.

import JobsprintDomain

enum ScriptValue: Sendable {
  case undefined
  case null
  case bool(Bool)
  /// A whole number from JSON data: exact in 64 bits until arithmetic makes it a double.
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
  /// An array literal.
  case list([ScriptValue])
  /// An object literal; keys are unique.
  indirect case record([RecordEntry])
  indirect case item(Item)
  case items([Item])
  case moment(Moment)

  struct RecordEntry: Sendable {
    let key: String
    let value: ScriptValue
  }

  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let whole): self = .integer(whole)
    case .double(let number): self = .number(number)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements)
    case .object(let members): self = .object(members)
    }
  }

  /// nil is `undefined`.
  init(_ value: JSONValue?) {
    if let value { self.init(value) } else { self = .undefined }
  }

  /// The value as JSON, by the rules of `JSON.stringify`: nil for `undefined`, `null` for what is not finite.
  var json: JSONValue? {
    switch self {
    case .undefined: nil
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let whole): .integer(whole)
    case .number(let number): .number(number)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements)
    case .object(let members): .object(members)
    case .list(let elements): .array(elements.map { $0.json ?? .null })
    case .record(let entries):
      .object(JSONObject(entries.lazy.compactMap { entry in entry.value.json.map { (entry.key, $0) } }))
    case .item(let item): item.asJSON
    case .items(let items): .array(items.map(\.asJSON))
    case .moment(let moment): .string(moment.isoText)
    }
  }

  var isNullish: Bool {
    switch self {
    case .undefined, .null: true
    default: false
    }
  }

  /// JavaScript's `typeof`.
  var typeName: String {
    switch self {
    case .undefined: "undefined"
    case .bool: "boolean"
    case .integer, .number: "number"
    case .string: "string"
    case .null, .array, .object, .list, .record, .item, .items, .moment: "object"
    }
  }

  /// JavaScript's `ToBoolean`.
  var isTruthy: Bool {
    switch self {
    case .undefined, .null: false
    case .bool(let flag): flag
    case .integer(let whole): whole != 0
    case .number(let number): !(number == 0 || number.isNaN)
    case .string(let text): !text.isEmpty
    case .array, .object, .list, .record, .item, .items, .moment: true
    }
  }
}

/// Why an expression gives no value.
enum Interruption: Error {
  /// JavaScript would throw a `TypeError`; n8n makes the whole expression `undefined`.
  case typeError
  /// Only a JavaScript engine can tell; the text says what it is about.
  case needsJavaScript(String)
  /// The user has to know.
  case problem(ExpressionProblem)
}
