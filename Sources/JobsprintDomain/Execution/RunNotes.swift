// What runs of nodes leave to their execution besides items. It is journaled with the run that left it, also by an attempt
// that failed, and so is what it was after a crash.

/// What one run of a node, with all its attempts so far, has left.
public struct RunNotes: Sendable, Hashable {
  /// The execution's custom data as the run left it; nil where it changed nothing of it.
  public var customData: CustomData?

  public init(customData: CustomData? = nil) { self.customData = customData }

  public var isEmpty: Bool { customData == nil }

  /// What a later attempt of the run left counts.
  public mutating func merge(_ later: RunNotes) { customData = later.customData ?? customData }
}

extension RunNotes {
  /// The members of a record's `metadata`: `{customData}`, none where there is nothing.
  public var metadata: JSONObject {
    var members = JSONObject()
    if let customData { members["customData"] = .object(customData.texts) }
    return members
  }

  /// Reads a record's `metadata`.
  public init(metadata: JSONValue?) {
    customData = metadata?["customData"]?.objectValue.map { CustomData($0) }
  }
}

/// What the runs of an execution have left so far, as its next run finds it.
public struct ExecutionNotes: Sendable, Hashable {
  public private(set) var customData = CustomData()

  public init() {}

  public mutating func take(_ notes: RunNotes) { customData = notes.customData ?? customData }
}

extension JournalEntry {
  /// The custom data that the entry's run left; nil where it left none.
  ///
  /// Most records have none, and some are large: only one that ends as custom data does, which stands last, is read.
  public var customData: CustomData? {
    guard payload.suffix(4).elementsEqual(#""}}}"#.utf8),
      let record = try? JSONValue(parsing: payload, depthLimit: JSONValue.depthLimit + 8)
    else { return nil }
    return RunNotes(metadata: record["metadata"]).customData
  }
}
