public import JobsprintDomain

/// What the expressions of one run of a node can see.
public struct ExpressionScope: Sendable {
  public let workflow: Workflow
  public let execution: ExecutionFacts
  /// The node whose parameters are resolved.
  public let node: Node
  /// Finished runs of `node` before this one: `$runIndex`.
  public let runIndex: Int
  /// Items by input slot.
  public let inputs: [[Item]]
  /// The slot whose items are `$input`, `$json`.
  public let mainInput: Int
  /// Where the items of each slot came from.
  public let sources: [RunSource?]
  public let history: RunHistory
  /// `$now`: the same for all expressions of one run.
  public let now: Timestamp
  /// What the run finds of what others left, and where it leaves its own: `$execution.customData`.
  public let notes: NodeNotes

  public init(
    workflow: Workflow, execution: ExecutionFacts, node: Node, runIndex: Int, inputs: [[Item]], mainInput: Int = 0,
    sources: [RunSource?], history: RunHistory, now: Timestamp, notes: NodeNotes = NodeNotes()
  ) {
    self.workflow = workflow
    self.execution = execution
    self.node = node
    self.runIndex = runIndex
    self.inputs = inputs
    self.mainInput = mainInput
    self.sources = sources
    self.history = history
    self.now = now
    self.notes = notes
  }

  public var items: [Item] { inputs.indices.contains(mainInput) ? inputs[mainInput] : [] }
}

/// What an expression may know of the execution and its workflow.
public struct ExecutionFacts: Sendable {
  public let id: ExecutionID
  public let mode: ExecutionMode
  public let workflowID: WorkflowID
  public let workflowIsActive: Bool
  /// `$vars`: the workspace's, as they were when this process took the execution up; none where the workflow does not
  /// mention them.
  public let variables: JSONObject

  public init(
    id: ExecutionID, mode: ExecutionMode, workflowID: WorkflowID, workflowIsActive: Bool, variables: JSONObject = [:]
  ) {
    self.id = id
    self.mode = mode
    self.workflowID = workflowID
    self.workflowIsActive = workflowIsActive
    self.variables = variables
  }
}

/// A part of an expression that needs no evaluation.
public enum ExpressionPiece: Sendable {
  case text(String)
  /// The names that lead to a field of the item's data.
  case field([String])
}

/// Resolves the expressions of one run of a node.
public protocol ParameterResolver: Sendable {
  /// - Parameters:
  ///   - expression: the parameter's text, with its leading `=`.
  ///   - parameter: the path, for messages.
  ///   - item: place in the scope's items.
  /// - Returns: nil for `undefined`.
  func resolve(_ expression: String, parameter: String, item: Int) throws(NodeError) -> JSONValue?

  /// What the expression is made of, where that is nothing but texts and fields of the item's data; nil for any other
  /// expression. One field alone (`={{ $json.a.b }}`) stands for its value, more than that for a text.
  func pieces(of expression: String) -> [ExpressionPiece]?

  /// Expressions of which only the data has shown that they need JavaScript. A resolver that is made with them resolves
  /// them.
  var neededJavaScript: Set<ExactString> { get }
}

extension ParameterResolver {
  public func pieces(of expression: String) -> [ExpressionPiece]? { nil }
  public var neededJavaScript: Set<ExactString> { [] }
}

/// Makes resolvers. Whatever takes time (a sandbox, a batch for all items) happens there.
public protocol ExpressionEvaluator: Sendable {
  /// - Parameter forced: expressions that turned out to need JavaScript (``ParameterResolver/neededJavaScript``); nil:
  ///   all of the node's that might are to be evaluated beforehand, because the node can't be run twice.
  func resolver(
    for scope: ExpressionScope, inJavaScript forced: Set<ExactString>?
  ) async throws(NodeError) -> any ParameterResolver
}
