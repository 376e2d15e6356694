/// One node of a workflow, as n8n's JSON describes it.
public struct Node: Sendable, Hashable {
  /// The editor's; empty where the document has none.
  public let id: String
  public let name: String
  /// For example `n8n-nodes-base.set`.
  public let type: String
  /// 1 where the document says nothing.
  public let typeVersion: Double
  public let parameters: JSONObject
  /// Where the node is drawn; decides which branch goes first in execution order v1.
  public let position: Position
  public let isDisabled: Bool
  public let onError: OnError
  /// nil when the node is not retried.
  public let retry: NodeRetry?
  /// The node sees only the first item of each input.
  public let executeOnce: Bool
  /// When output 0 stays empty, one empty item is put there.
  public let alwaysOutputData: Bool
  /// What the platform does when a crash leaves it open whether the node's outside effect happened.
  public let whenUncertain: WhenUncertain
  /// By the names of their types.
  public let credentials: [String: CredentialReference]

  public init(
    id: String = "", name: String, type: String, typeVersion: Double = 1, parameters: JSONObject = [:],
    position: Position = Position(x: 0, y: 0), isDisabled: Bool = false, onError: OnError = .stopWorkflow,
    retry: NodeRetry? = nil, executeOnce: Bool = false, alwaysOutputData: Bool = false,
    whenUncertain: WhenUncertain = .repeat, credentials: [String: CredentialReference] = [:]
  ) {
    self.id = id
    self.name = name
    self.type = type
    self.typeVersion = typeVersion
    self.parameters = parameters
    self.position = position
    self.isDisabled = isDisabled
    self.onError = onError
    self.retry = retry
    self.executeOnce = executeOnce
    self.alwaysOutputData = alwaysOutputData
    self.whenUncertain = whenUncertain
    self.credentials = credentials
  }

  public struct Position: Sendable, Hashable {
    public var x: Double
    public var y: Double
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }
}

/// Which credential a node uses: the document holds its id and name, and never its secrets.
public struct CredentialReference: Sendable, Hashable {
  /// nil where the document has none. That of another installation is none of ours.
  public let id: String?
  public let name: String

  public init(id: String?, name: String) {
    self.id = id
    self.name = name
  }
}

/// What happens to the execution when a node fails.
public enum OnError: String, Sendable, Hashable {
  case stopWorkflow
  case continueRegularOutput
  case continueErrorOutput
}

/// How often and when a failed node is tried again.
public struct NodeRetry: Sendable, Hashable {
  /// All tries together, the first included: 2 to 5.
  public let maxTries: Int
  /// 0 to 5 seconds.
  public let waitBetweenTries: Duration

  /// Holds both values within n8n's limits.
  public init(maxTries: Int = 3, waitBetweenTriesMilliseconds: Int = 1000) {
    self.maxTries = min(max(maxTries, 2), 5)
    waitBetweenTries = .milliseconds(min(max(waitBetweenTriesMilliseconds, 0), 5000))
  }
}

/// After a crash with an outside effect in flight.
public enum WhenUncertain: String, Sendable, Hashable {
  /// Once more, with the same idempotency key.
  case `repeat`
  /// The execution ends with an error that says so.
  case stop
}
