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
      var reading = SharedReading<SampleData>(context)
      var output: [Item] = []
      for place in context.items.indices {
        let data = try reading.settings { () throws(NodeError) in try sampleData(context, item: place) }
        try Self.requireReasonable(data, made: output.count, item: place)
        data.append(to: &output, context.items[place].pairedItem)
      }
      return .outputs([output])
    case let category:
      throw context.unknownChoice("category", category, ["doNothing", "throwError", "randomData"])
    }
  }

  private func error(_ context: NodeContext) throws(NodeError) -> NodeError {
    let name = try context.string("throwErrorType", default: "NodeApiError")
    guard ["NodeApiError", "NodeOperationError", "Error"].contains(name) else {
      return context.unknownChoice("throwErrorType", name, ["NodeApiError", "NodeOperationError", "Error"])
    }
    let message = try context.string("throwErrorMessage", default: "Node has thrown an error")
    return NodeError(message, name: name, item: 0)
  }

  private func sampleData(_ context: NodeContext, item: Int) throws(NodeError) -> SampleData {
    let name = try context.string("randomDataType", item: item, default: "user")
    guard let kind = RandomRecord.Kind(rawValue: name) else {
      throw context.unknownChoice("randomDataType", name, RandomRecord.Kind.allCases.map(\.rawValue))
    }
    let count = try context.number("randomDataCount", item: item, default: 10)
    let length = try context.number("nanoidLength", item: item, default: 16)
    let alphabet = try context.string("nanoidAlphabet", item: item)
    guard (0...Self.mostRecords).contains(count), (1...1000).contains(length),
      kind != .nanoid || count * (length + Double(alphabet.utf8.count)) <= Self.mostCharacters
    else { throw Self.tooMuch(item) }
    let seed = try context.string("randomDataSeed", item: item)
    return SampleData(
      first: RandomRecord(kind, seed: seed, alphabet: alphabet, length: Int(length)), isSeeded: !seed.isEmpty,
      count: Int(count), isList: try context.bool("randomDataSingleArray", item: item))
  }

  /// - Parameter made: how many records other items made.
  private static func requireReasonable(_ data: SampleData, made: Int, item: Int) throws(NodeError) {
    guard Double(data.count + made) <= mostRecords else { throw tooMuch(item) }
  }

  private static func tooMuch(_ item: Int) -> NodeError {
    NodeError(
      "The node makes up to 100000 records for all items, and nano ids of 1 to 1000 characters",
      description: "Change 'Number of Items to Return' or 'Nano ID Length'.", item: item)
  }
}

/// What is made of an item.
private final class SampleData {
  private let first: RandomRecord
  private let isSeeded: Bool
  private var record: RandomRecord
  let count: Int
  private let isList: Bool

  init(first: RandomRecord, isSeeded: Bool, count: Int, isList: Bool) {
    (self.first, self.isSeeded, self.count, self.isList) = (first, isSeeded, count, isList)
    record = first
  }

  func append(to output: inout [Item], _ pairing: PairedItem?) {
    // The same seed makes the same records of every item.
    if isSeeded { record = first }
    guard isList else {
      for _ in 0..<count { output.append(Item(json: record.next(), pairedItem: pairing)) }
      return
    }
    let made = (0..<count).map { _ in JSONValue.object(record.next()) }
    output.append(Item(json: ["generatedItems": .array(made)], pairedItem: pairing))
  }
}
