import JobsprintDomain
import JobsprintPorts

/// Helps to build and test workflows: throws an error, makes sample data, or does nothing.
struct DebugHelperNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.debugHelper", displayName: "DebugHelper",
    summary: "Throws an error or makes sample data, to test a workflow.", versions: [1],
    parameters: [
      NodeParameter(
        "category", .choice, "What to do; `oom` is refused.", default: "throwError",
        choices: ["doNothing", "throwError", "oom", "randomData"]),
      NodeParameter(
        "throwErrorType", .choice, "The kind of error.", default: "NodeApiError",
        choices: ["NodeApiError", "NodeOperationError", "Error"]),
      NodeParameter("throwErrorMessage", .text, "The error's message.", default: "Node has thrown an error"),
      NodeParameter(
        "randomDataType", .choice, "The kind of sample data.", default: "user",
        choices: RandomRecord.Kind.allCases.map(\.rawValue)),
      NodeParameter("randomDataCount", .number, "How many records to make.", default: 10),
      NodeParameter("randomDataSeed", .text, "The same text gives the same data; empty for other data each time."),
      NodeParameter("randomDataSingleArray", .boolean, "Put all records into one item.", default: false),
      NodeParameter("nanoidAlphabet", .text, "Nano ids: the characters to choose from."),
      NodeParameter("nanoidLength", .number, "Nano ids: how many characters.", default: 16),
    ])

  /// More sample data than a test needs: a larger number is a mistake.
  private static let mostRecords = 100_000.0
  /// Of all nano ids and their alphabets together.
  private static let mostCharacters = 20_000_000.0

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    switch try context.string("category", default: "throwError") {
    case "doNothing": return .outputs([context.items])
    case "throwError":
      let error = try error(context)
      guard context.continuesOnFail else { throw error }
      return .outputs([context.items.map { $0.reporting(error) }])
    case "oom":
      throw NodeError(
        "Using up the memory is refused: it would end every execution of this process",
        description: "Choose another category.", context: ["parameter": "category"])
    case "randomData":
      var output: [Item] = []
      for place in context.items.indices { output += try records(context, item: place, made: output.count) }
      return .outputs([output])
    case let category:
      throw context.unknownChoice("category", category, of: ["doNothing", "throwError", "randomData"])
    }
  }

  private func error(_ context: NodeContext) throws(NodeError) -> NodeError {
    let name = try context.string("throwErrorType", default: "NodeApiError")
    guard ["NodeApiError", "NodeOperationError", "Error"].contains(name) else {
      return context.unknownChoice("throwErrorType", name, of: ["NodeApiError", "NodeOperationError", "Error"])
    }
    let message = try context.string("throwErrorMessage", default: "Node has thrown an error")
    return NodeError(message, name: name, item: 0)
  }

  /// - Parameter made: how many records other items made.
  private func records(_ context: NodeContext, item: Int, made: Int) throws(NodeError) -> [Item] {
    let name = try context.string("randomDataType", item: item, default: "user")
    guard let kind = RandomRecord.Kind(rawValue: name) else {
      throw context.unknownChoice("randomDataType", name, of: RandomRecord.Kind.allCases.map(\.rawValue))
    }
    let count = try context.number("randomDataCount", item: item, default: 10)
    let length = try context.number("nanoidLength", item: item, default: 16)
    let alphabet = try context.string("nanoidAlphabet", item: item)
    guard count >= 0, count + Double(made) <= Self.mostRecords, (1...1000).contains(length),
      kind != .nanoid || count * (length + Double(alphabet.utf8.count)) <= Self.mostCharacters
    else {
      throw NodeError(
        "The node makes up to 100000 records for all items, and nano ids of 1 to 1000 characters",
        description: "Change 'Number of Items to Return' or 'Nano ID Length'.", item: item)
    }
    var record = RandomRecord(
      kind, seed: try context.string("randomDataSeed", item: item),
      alphabet: alphabet, length: Int(length))
    let made = (0..<Int(count)).map { _ in record.next() }
    let pairing = context.items[item].pairedItem
    if try context.bool("randomDataSingleArray", item: item) {
      return [Item(json: ["generatedItems": .array(made.map { .object($0) })], pairedItem: pairing)]
    }
    return made.map { Item(json: $0, pairedItem: pairing) }
  }
}
