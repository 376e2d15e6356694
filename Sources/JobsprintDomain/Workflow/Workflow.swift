// A workflow as it executes: read from n8n's document, whose unknown fields stay in the stored bytes.

/// Nodes and their connections.
public struct Workflow: Sendable, Hashable {
  public let name: String
  /// In the document's order; where two nodes have one name, the last one counts (as in n8n).
  public let nodes: [Node]
  public let connections: Connections
  public let settings: WorkflowSettings
  /// Items by node name that stand in for a node's output 0 when pinned data is used.
  public let pinData: [ExactString: [Item]]
  /// What the document brought along: objects by the names of slots (``StaticDataSlot/name``).
  public let staticData: JSONObject

  public init(
    name: String, nodes: [Node], connections: Connections, settings: WorkflowSettings = WorkflowSettings(),
    pinData: [ExactString: [Item]] = [:], staticData: JSONObject = [:]
  ) {
    self.name = name
    self.nodes = nodes
    self.connections = connections
    self.settings = settings
    self.pinData = pinData
    self.staticData = staticData
  }

  /// The node of that name.
  public func node(named name: String) -> Node? { nodes.last { $0.name.hasSameCodeUnits(as: name) } }
}

/// A problem in a workflow's document.
public struct WorkflowIssue: Error, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The document has the wrong shape: it is refused.
    case malformed = "workflow_malformed"
    /// No node of that type is installed.
    case unknownNodeType = "unknown_node_type"
    /// The node type exists, this version of it does not: the node runs as the nearest lower one.
    case unsupportedTypeVersion = "unsupported_type_version"
    /// A connection names a node that the document does not have.
    case danglingConnection = "dangling_connection"
    /// Two nodes have one name.
    case duplicateNodeName = "duplicate_node_name"
    /// Nothing starts this workflow.
    case noTrigger = "no_trigger"
    /// A value of the retry policy can't be meant.
    case retryPolicyDoubtful = "retry_policy_doubtful"
    /// A value of a setting that the platform acts on can't be meant.
    case settingDoubtful = "setting_doubtful"

    /// The workflow can't run like this; the other issues are only worth telling.
    public var blocksExecution: Bool {
      switch self {
      case .malformed, .unknownNodeType, .noTrigger: true
      case .unsupportedTypeVersion, .danglingConnection, .duplicateNodeName, .retryPolicyDoubtful, .settingDoubtful:
        false
      }
    }
  }

  public let code: Code
  /// RFC 6901, into the document.
  public let pointer: String
  /// What is wrong, and what would be right.
  public let message: String

  public init(code: Code, pointer: String, message: String) {
    self.code = code
    self.pointer = pointer
    self.message = message
  }
}
