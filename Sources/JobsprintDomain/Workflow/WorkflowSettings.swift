/// The settings of a workflow that the platform acts on; all others stay in the document.
public struct WorkflowSettings: Sendable, Hashable {
  public enum ExecutionOrder: String, Sendable, Hashable {
    /// Breadth first; what n8n does where the setting is absent.
    case v0
    /// Depth first, top-left branch first.
    case v1
  }

  public var executionOrder: ExecutionOrder
  /// From the start to the end of an execution; nil is no limit.
  public var executionTimeout: Duration?
  /// IANA name; nil is the installation's.
  public var timezone: String?

  /// nil: a node that has failed ends the execution.
  public var retryPolicy: RetryPolicy?
  /// Executions at a time, in the whole installation; nil is no limit.
  public var maxConcurrency: Int?
  /// Only workers that carry it execute the workflow; nil: those that take what has none.
  public var workerTag: WorkerTag?

  public init(
    executionOrder: ExecutionOrder = .v0, executionTimeout: Duration? = nil, timezone: String? = nil,
    retryPolicy: RetryPolicy? = nil, maxConcurrency: Int? = nil, workerTag: WorkerTag? = nil
  ) {
    self.executionOrder = executionOrder
    self.executionTimeout = executionTimeout
    self.timezone = timezone
    self.retryPolicy = retryPolicy
    self.maxConcurrency = maxConcurrency
    self.workerTag = workerTag
  }

  init(_ document: JSONObject) {
    executionOrder = document["executionOrder"] == "v1" ? .v1 : .v0
    // n8n writes -1 for "no limit". A number beyond all time is held to what a duration can carry.
    executionTimeout = document["executionTimeout"]?.doubleValue.flatMap { $0 > 0 ? .seconds(min($0, 1e12)) : nil }
    timezone = document["timezone"]?.stringValue.flatMap { $0 == "DEFAULT" ? nil : $0 }
    retryPolicy = RetryPolicy(document["retryPolicy"])
    maxConcurrency = document["maxConcurrency"]?.integerValue.flatMap { $0 > 0 ? $0 : nil }
    workerTag = document["workerTag"]?.stringValue.flatMap { WorkerTag($0) }
  }

  /// Values of a document's settings that can't be meant, each with what becomes of it: they are stored all the same,
  /// as n8n stores them.
  ///
  /// - Parameter isTimeZone: whether a name is one.
  public static func issues(in document: JSONObject, isTimeZone: (String) -> Bool) -> [WorkflowIssue] {
    guard let settings = document["settings"]?.objectValue else { return [] }
    var issues: [WorkflowIssue] = []
    func tell(_ name: String, _ message: String) {
      issues.append(WorkflowIssue(code: .settingDoubtful, pointer: "/settings/\(name)", message: message))
    }
    if let value = settings["executionOrder"], !value.isNull, value != "v0", value != "v1" {
      tell("executionOrder", "expected v0 or v1, found \(value.shown); v0 counts")
    }
    if let value = settings["executionTimeout"], !value.isNull, value.doubleValue == nil {
      tell("executionTimeout", "expected seconds, or -1 for none, found \(value.shown); there is no time limit")
    }
    if let value = settings["timezone"], !value.isNull, value != "DEFAULT" {
      let expected = "expected the name of a time zone such as Europe/Berlin, found \(value.shown)"
      if let name = value.stringValue {
        if !isTimeZone(name) { tell("timezone", expected + "; expressions count in UTC, nodes for dates fail") }
      } else {
        tell("timezone", expected + "; it counts as absent")
      }
    }
    if let value = settings["maxConcurrency"], !value.isNull, value.integerValue.map({ $0 <= 0 }) ?? true {
      tell("maxConcurrency", "expected a whole number from 1 on, found \(value.shown); there is no limit")
    }
    return issues
  }

  /// What keeps a document from being stored: a tag that is none would send its executions to the wrong workers.
  public static func refusal(of document: JSONObject) -> WorkflowIssue? {
    guard let value = document["settings"]?["workerTag"], !value.isNull,
      value.stringValue.flatMap({ WorkerTag($0) }) == nil
    else { return nil }
    return WorkflowIssue(
      code: .malformed, pointer: "/settings/workerTag", message: "a worker tag is \(WorkerTag.expectation)")
  }
}

extension JSONValue {
  /// In a message: the value where it is short, else its kind.
  fileprivate var shown: String {
    switch self {
    case .array, .object: return kindName
    default:
      let text = jsonText
      return text.utf8.count <= 100 ? text : kindName
    }
  }
}
