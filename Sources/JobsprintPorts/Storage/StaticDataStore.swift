public import JobsprintDomain

/// A slot of a workflow's static data (``StaticDataSlot/name``) with the JSON object in it.
public struct StaticDatum: Sendable, Hashable {
  public let slot: String
  public let value: [UInt8]

  public init(slot: String, value: [UInt8]) {
    self.slot = slot
    self.value = value
  }
}

/// What an execution leaves to its workflow with its end.
public struct StaticDataChange: Sendable, Hashable {
  public let workflow: WorkflowID
  /// Each slot once.
  public let values: [StaticDatum]

  public init(workflow: WorkflowID, values: [StaticDatum]) {
    self.workflow = workflow
    self.values = values
  }
}

/// Static data of workflows. It is written by the journal, with the end of an execution (``JournalAppend/staticData``):
/// the last one counts. It goes with its workflow.
public protocol StaticDataStore: Sendable {
  /// Those of the slots in which something was kept, as they are now.
  func staticData(
    in slots: [String], of workflow: WorkflowID, in workspace: WorkspaceID
  ) async throws(PortError) -> [StaticDatum]
}
