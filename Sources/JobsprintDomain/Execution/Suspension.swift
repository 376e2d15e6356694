/// What a `suspended` entry of the journal says: until when the run waits, and what the workflow's retry policy has to
/// know of it after a crash.
public struct Suspension: Sendable, Hashable {
  public let until: Timestamp
  /// Attempts of the retry policy that have failed in this run so far.
  public let failures: Int
  /// The first try of the present attempt, counted as ``JournalEntry/attempt``.
  public let firstTry: Int
  /// Why the last attempt failed, where the wait is the pause behind it; nil where the node asked to wait.
  public let error: NodeError?
  /// What the run has left to the execution so far.
  public let notes: RunNotes

  public init(
    until: Timestamp, failures: Int = 0, firstTry: Int = 1, error: NodeError? = nil, notes: RunNotes = RunNotes()
  ) {
    self.until = until
    self.failures = failures
    self.firstTry = firstTry
    self.error = error
    self.notes = notes
  }

  /// The payload of the entry: milliseconds since 1970 as a number; where attempts have failed, or have left something,
  /// `{"until", "failures", "firstTry", "error", "metadata"}`.
  public var bytes: [UInt8] {
    guard failures > 0 || !notes.isEmpty else { return Array(String(until.milliseconds).utf8) }
    var members: JSONObject = [
      "until": .integer(until.milliseconds), "failures": .integer(Int64(failures)),
      "firstTry": .integer(Int64(firstTry)),
    ]
    if let error { members["error"] = error.asJSON }
    if !notes.isEmpty { members["metadata"] = .object(notes.metadata) }
    return JSONValue.object(members).jsonBytes
  }

  /// nil for what ``bytes`` never gave.
  public init?(_ payload: [UInt8]) {
    if let milliseconds = Int64(String(decoding: payload, as: UTF8.self)) {
      self.init(until: Timestamp(milliseconds: milliseconds))
      return
    }
    // An error may carry data of the node, as deep as data may be.
    guard let value = try? JSONValue(parsing: payload, depthLimit: JSONValue.depthLimit + 8),
      let until = value["until"]?.integerValue, let failures = value["failures"]?.integerValue,
      let firstTry = value["firstTry"]?.integerValue
    else { return nil }
    self.init(
      until: Timestamp(milliseconds: Int64(until)), failures: failures, firstTry: firstTry,
      error: value["error"].map { NodeError($0) }, notes: RunNotes(metadata: value["metadata"]))
  }
}
