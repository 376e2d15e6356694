/// A part of what a workflow keeps from one execution to the next: stored, limited and replaced by itself.
public enum StaticDataSlot: Sendable, Hashable {
  /// Of all nodes: `$getWorkflowStaticData('global')`.
  case global
  /// A node's own: `$getWorkflowStaticData('node')`.
  case node(String)
  /// What nodes that remove duplicates have seen: one of them, or (nil) all that share it.
  case seen(by: String?)

  /// As stored, and, but for what was seen, as in the `staticData` of n8n's documents.
  public var name: String {
    switch self {
    case .global: "global"
    case .node(let node): "node:\(node)"
    case .seen(let node): node.map { "seen:\($0)" } ?? "seen"
    }
  }

  public init?(name: String) {
    if name == "global" {
      self = .global
    } else if name.hasPrefix("node:") {
      self = .node(String(name.dropFirst(5)))
    } else if name == "seen" {
      self = .seen(by: nil)
    } else if name.hasPrefix("seen:") {
      self = .seen(by: String(name.dropFirst(5)))
    } else {
      return nil
    }
  }

  /// A history of what passed, which counts also where the execution fails in the end.
  public var isHistory: Bool { if case .seen = self { true } else { false } }

  /// Bytes of JSON that its value may take. It is journaled with each run that changes it.
  public var mostBytes: Int { isHistory ? 1 << 20 : 256 << 10 }
}
