public import JobsprintDomain

/// JavaScript that a user wrote into a node.
public struct NodeCode: Sendable {
  public enum Kind: String, Sendable {
    /// Once, over all items.
    case all
    /// Once for each item.
    case each
    /// n8n's older Function node: `items`.
    case function
    /// n8n's older FunctionItem node: `item`.
    case functionItem
  }

  public let kind: Kind
  public let source: String
  /// A single item may fail without the node failing.
  public let continuesOnFail: Bool

  public init(kind: Kind, source: String, continuesOnFail: Bool) {
    self.kind = kind
    self.source = source
    self.continuesOnFail = continuesOnFail
  }
}

/// Runs code where it can reach nothing.
public protocol CodeRunner: Sendable {
  /// - Parameter console: takes what the code writes, also where it fails in the end.
  /// - Returns: the items that the code gave.
  /// - Throws: what the code threw, or why it could not be run: its time or memory was used up.
  func run(
    _ code: NodeCode, in scope: ExpressionScope, console: NodeConsole
  ) async throws(NodeError) -> [Item]
}
