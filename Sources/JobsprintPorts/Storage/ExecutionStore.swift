public import JobsprintDomain

/// Reading executions, and removing them.
public protocol ExecutionStore: Sendable {
  func execution(_ id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionRecord?

  /// Newest first, or the other way round. Keyset-paged by id.
  func executions(
    matching filter: ExecutionFilter, in workspace: WorkspaceID, page: PageRequest<ExecutionID>
  ) async throws(PortError) -> Page<ExecutionRecord>

  /// An execution with its whole journal and the document that it executes, all as of one moment.
  func details(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> ExecutionDetails?

  /// Which of these have ended: for whoever waits and missed the event.
  func ended(among ids: [ExecutionID]) async throws(PortError) -> [ExecutionID]

  /// Oldest first; nil when there is no such execution.
  func tags(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> [Tag]?

  /// Replaces the tags of an execution.
  /// - Returns: the tags it has now; nil when the execution or one of the tags does not exist.
  func setTags(
    _ tags: [TagID], of id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> [Tag]?

  /// Removes an ended execution with its journal, its tags and its dead letter.
  /// - Returns: what was removed; nil when there is none in the workspace, or it has not ended.
  func delete(
    _ id: ExecutionID, in workspace: WorkspaceID, recording record: ChangeRecord
  ) async throws(PortError) -> ExecutionRecord?
}

extension ExecutionStore {
  /// The whole journal of an execution, by position; empty for an unknown one.
  public func journal(of id: ExecutionID, in workspace: WorkspaceID) async throws(PortError) -> [JournalEntry] {
    try await details(of: id, in: workspace)?.journal ?? []
  }
}

/// An execution with everything that is kept of it.
public struct ExecutionDetails: Sendable, Hashable {
  public let record: ExecutionRecord
  /// By position.
  public let journal: [JournalEntry]
  /// The version's document as it was given; nil when the version is gone.
  public let document: [UInt8]?

  public init(record: ExecutionRecord, journal: [JournalEntry], document: [UInt8]?) {
    self.record = record
    self.journal = journal
    self.document = document
  }
}

/// An execution without its journal.
public struct ExecutionRecord: Sendable, Hashable {
  public let id: ExecutionID
  public let workspace: WorkspaceID
  public let workflow: WorkflowID
  public let version: VersionID
  public let state: ExecutionState
  public let mode: ExecutionMode
  public let lane: Lane
  /// Of one that has not ended.
  public let tag: WorkerTag?
  /// Claims so far.
  public let term: Int
  public let acceptedAt: Timestamp
  /// First claim.
  public let startedAt: Timestamp?
  public let finishedAt: Timestamp?
  public let waitUntil: Timestamp?
  public let retryOf: ExecutionID?
  /// ``NodeError/asJSON`` as bytes.
  public let error: [UInt8]?
  public let lastNode: String?
  public let input: [UInt8]

  public init(
    id: ExecutionID, workspace: WorkspaceID, workflow: WorkflowID, version: VersionID, state: ExecutionState,
    mode: ExecutionMode, lane: Lane, tag: WorkerTag? = nil, term: Int, acceptedAt: Timestamp, startedAt: Timestamp?,
    finishedAt: Timestamp?,
    waitUntil: Timestamp?, retryOf: ExecutionID?, error: [UInt8]?, lastNode: String?, input: [UInt8]
  ) {
    self.id = id
    self.workspace = workspace
    self.workflow = workflow
    self.version = version
    self.state = state
    self.mode = mode
    self.lane = lane
    self.tag = tag
    self.term = term
    self.acceptedAt = acceptedAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.waitUntil = waitUntil
    self.retryOf = retryOf
    self.error = error
    self.lastNode = lastNode
    self.input = input
  }
}

public struct ExecutionFilter: Sendable, Hashable {
  /// Any of these; empty is all.
  public var states: Set<ExecutionState>
  public var workflow: WorkflowID?
  public var acceptedAfter: Timestamp?
  public var acceptedBefore: Timestamp?

  public init(
    states: Set<ExecutionState> = [], workflow: WorkflowID? = nil, acceptedAfter: Timestamp? = nil,
    acceptedBefore: Timestamp? = nil
  ) {
    self.states = states
    self.workflow = workflow
    self.acceptedAfter = acceptedAfter
    self.acceptedBefore = acceptedBefore
  }
}
