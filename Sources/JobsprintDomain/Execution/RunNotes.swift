// What runs of nodes leave to their execution besides items. It is journaled with the run that left it, also by an
// attempt that failed, and so is what it was after a crash.

/// What one run of a node, with all its attempts so far, has left.
public struct RunNotes: Sendable, Hashable {
  /// The execution's custom data as the run left it; nil where it changed nothing of it.
  public var customData: CustomData?
  /// The workflow's static data, objects by the names of their slots (``StaticDataSlot/name``), as the run left them:
  /// those that it changed, and those that it was the first of its execution to look at.
  public var staticData: JSONObject
  /// Those of the slots that it changed.
  public var changedSlots: Set<ExactString>

  public init(customData: CustomData? = nil, staticData: JSONObject = [:], changedSlots: Set<ExactString> = []) {
    self.customData = customData
    self.staticData = staticData
    self.changedSlots = changedSlots
  }

  public var isEmpty: Bool { customData == nil && staticData.isEmpty }

  /// What a later attempt of the run left counts.
  public mutating func merge(_ later: RunNotes) {
    customData = later.customData ?? customData
    staticData.merge(later.staticData)
    changedSlots.formUnion(later.changedSlots)
  }
}

extension RunNotes {
  /// The members of a record's `metadata`: `{staticData, changedStaticData, customData}`, those that there are.
  public var metadata: JSONObject {
    var members = JSONObject()
    if !staticData.isEmpty { members["staticData"] = .object(staticData) }
    if !changedSlots.isEmpty {
      members["changedStaticData"] = .array(changedSlots.sorted().map { .string($0.text) })
    }
    if let customData { members["customData"] = .object(customData.texts) }
    return members
  }

  /// Reads a record's `metadata`.
  public init(metadata: JSONValue?) {
    customData = metadata?["customData"]?.objectValue.map { CustomData($0) }
    staticData = metadata?["staticData"]?.objectValue ?? [:]
    changedSlots = Set(
      (metadata?["changedStaticData"]?.arrayValue ?? []).compactMap { $0.stringValue.map { ExactString($0) } })
  }
}

/// What the runs of an execution have left so far, as its next run finds it.
public struct ExecutionNotes: Sendable, Hashable {
  public private(set) var customData = CustomData()
  /// Of the workflow's static data what the execution has looked at, as it has it.
  public private(set) var staticData = JSONObject()
  public private(set) var changedSlots: Set<ExactString> = []

  public init() {}

  public mutating func take(_ notes: RunNotes) {
    customData = notes.customData ?? customData
    staticData.merge(notes.staticData)
    changedSlots.formUnion(notes.changedSlots)
  }
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

  /// The same for an execution that takes the run over: static data is what it is by then.
  /// - Throws: where the record is unreadable.
  public func withoutStaticData() throws(JSONError) -> JournalEntry {
    guard kind == .finished else { return self }
    var run = try NodeRun(node: node, run: self.run, payload: payload)
    guard !run.notes.staticData.isEmpty else { return self }
    run.notes = RunNotes(customData: run.notes.customData)
    return JournalEntry(
      position: position, kind: kind, node: node, run: self.run, attempt: attempt, term: term, recordedAt: recordedAt,
      payload: run.jsonBytes)
  }
}
