/// Where an output of a node leads.
public struct Connection: Sendable, Hashable {
  /// The name of the target.
  public let node: String
  /// The kind of the target's input: `main`, or one of n8n's `ai_…` kinds.
  public let type: String
  /// The target's input slot.
  public let index: Int

  public init(node: String, type: String = "main", index: Int = 0) {
    self.node = node
    self.type = type
    self.index = index
  }
}

/// The connections of a workflow: by source, kind and output, in the order in which the document lists them.
public struct Connections: Sendable, Hashable {
  /// Outputs of kind `main`: `[source][output]`.
  public private(set) var main: [ExactString: [[Connection]]] = [:]
  /// Outputs of every other kind: they attach parts to a node and move no items.
  public private(set) var attachments: [ExactString: [String: [[Connection]]]] = [:]

  public init() {}

  public mutating func connect(_ source: String, kind: String = "main", output: Int = 0, to target: Connection) {
    func insert(into outputs: inout [[Connection]]) {
      while outputs.count <= output { outputs.append([]) }
      outputs[output].append(target)
    }
    if kind == "main" {
      insert(into: &main[source, default: []])
    } else {
      insert(into: &attachments[source, default: [:]][kind, default: []])
    }
  }
}
