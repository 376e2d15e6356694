/// Why a node failed, in the words that its user reads.
public struct NodeError: Error, Sendable, Hashable {
  /// n8n's name of the class, for example `NodeOperationError`, `ExpressionError`.
  public var name: String
  /// What happened.
  public var message: String
  /// Why, or what to do; nil when the message says it all.
  public var description: String?
  /// The item at which it happened.
  public var item: Int?
  /// More for machines, in n8n's `context`.
  public var context: JSONObject

  public init(
    _ message: String, name: String = "NodeOperationError", description: String? = nil, item: Int? = nil,
    context: JSONObject = [:]
  ) {
    self.name = name
    self.message = message
    self.description = description
    self.item = item
    self.context = context
  }

  /// n8n's shape on the API and in the journal.
  public var asJSON: JSONValue {
    var details = context
    if let item { details["itemIndex"] = .integer(Int64(item)) }
    var members: JSONObject = ["name": .string(name), "message": .string(message)]
    if let description { members["description"] = .string(description) }
    if !details.isEmpty { members["context"] = .object(details) }
    return .object(members)
  }

  public init(_ value: JSONValue) {
    var details = value["context"]?.objectValue ?? [:]
    name = value["name"]?.stringValue ?? "Error"
    message = value["message"]?.stringValue ?? ""
    description = value["description"]?.stringValue
    item = details["itemIndex"]?.integerValue
    details["itemIndex"] = nil
    context = details
  }
}
