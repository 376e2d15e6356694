public import JobsprintPorts

/// The node library that comes with the platform.
public enum BuiltInNodes {
  /// - Parameter testNodes: adds the nodes that only tests use.
  public static func all(includingTestNodes testNodes: TestNodeOptions? = nil) -> [any NodeType] {
    var nodes: [any NodeType] =
      PassThroughNode.all + [
        SetNode(), RenameKeysNode(), ExecutionDataNode(), RespondToWebhookNode(), DebugHelperNode(),
        IfNode(), SwitchNode(), FilterNode(), MergeNode(), CompareDatasetsNode(),
        LimitNode(), SortNode(), RemoveDuplicatesNode(), AggregateNode(), SplitOutNode(), SummarizeNode(),
        ItemListsNode(), SplitInBatchesNode(), WaitNode(), StopAndErrorNode(), CodeNode(), FunctionNode(),
        FunctionItemNode(), CustomerDatastoreNode(), CustomerMessengerNode(),
      ] + textNodes
    if let testNodes { nodes += [TestDataNode(), TestEffectNode(ledgerPath: testNodes.ledgerPath)] }
    return nodes
  }
}

/// For the nodes that only tests use.
public struct TestNodeOptions: Sendable {
  /// The file to which `jobsprint.testEffect` appends what it did; nil for none.
  public let ledgerPath: String?

  public init(ledgerPath: String?) { self.ledgerPath = ledgerPath }
}
