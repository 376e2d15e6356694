import JobsprintDomain
import JobsprintPorts

extension NodeContext {
  /// Makes one item of every input item on its own. Where the user lets single items fail, a failure becomes the item
  /// `{error}`; else it is the node's failure, and says at which item.
  func itemByItem(_ make: (Item, Int) throws(NodeError) -> Item) throws(NodeError) -> NodeResult {
    try eachItem { (item, place, output) throws(NodeError) in output.append(try make(item, place)) }
  }

  /// The same with any number of items.
  func itemsByItem(_ make: (Item, Int) throws(NodeError) -> [Item]) throws(NodeError) -> NodeResult {
    let isSingle = items.count == 1
    return try eachItem { (item, place, output) throws(NodeError) in
      let made = try make(item, place)
      // A file of many rows is not copied.
      if isSingle { output = made } else { output += made }
    }
  }

  private func eachItem(
    _ make: (Item, Int, inout [Item]) throws(NodeError) -> Void
  ) throws(NodeError) -> NodeResult {
    var output: [Item] = []
    output.reserveCapacity(items.count)
    for (place, item) in items.enumerated() {
      do throws(NodeError) {
        try make(item, place, &output)
      } catch {
        guard continuesOnFail else {
          var located = error
          located.item = error.item ?? place
          throw located
        }
        output.append(item.reporting(error))
      }
    }
    return .outputs([output])
  }

  /// The error for a choice that does not exist.
  func unknownChoice(_ path: String, _ choice: String, _ choices: [String], item: Int? = nil) -> NodeError {
    NodeError(
      "The parameter '\(path)' of the node '\(node.name)' can't be '\(choice)'",
      description: "Use one of: \(choices.joined(separator: ", ")).", item: item,
      context: ["parameter": .string(path)])
  }
}

/// What a node reads out of its parameters: once for all items, where no expression has a say in it.
struct SharedReading<Settings> {
  private let isConstant: Bool
  private var known: Settings?

  /// - Parameter names: the parameters that are none of the settings.
  init(_ context: NodeContext, without names: [String] = []) {
    isConstant = !context.node.parameters.contains { !names.contains($0.key) && $0.value.hasExpression }
  }

  mutating func settings(_ read: () throws(NodeError) -> Settings) throws(NodeError) -> Settings {
    if isConstant, let known { return known }
    let settings = try read()
    known = settings
    return settings
  }
}
