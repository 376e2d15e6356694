// The record of one run of one node: what the journal keeps and the API shows, in n8n's shape (`ITaskData`).

/// Where the items of an input came from.
public struct RunSource: Sendable, Hashable {
  public let node: String
  public let output: Int
  /// The run of `node`, from 0.
  public let run: Int

  public init(node: String, output: Int = 0, run: Int = 0) {
    self.node = node
    self.output = output
    self.run = run
  }
}

extension RunSource {
  /// `{previousNode, previousNodeOutput, previousNodeRun}`; nil without a node.
  public init?(_ value: JSONValue) {
    guard let node = value["previousNode"]?.stringValue else { return nil }
    self.init(
      node: node, output: value["previousNodeOutput"]?.integerValue ?? 0,
      run: value["previousNodeRun"]?.integerValue ?? 0)
  }

  /// n8n's shape; zeros are left out.
  public var asJSON: JSONValue {
    var members: JSONObject = ["previousNode": .string(node)]
    if output != 0 { members["previousNodeOutput"] = .integer(Int64(output)) }
    if run != 0 { members["previousNodeRun"] = .integer(Int64(run)) }
    return .object(members)
  }
}

/// One finished run of a node inside an execution.
public struct NodeRun: Sendable, Hashable {
  public let node: String
  /// From 0, counted for each node.
  public let run: Int
  public var startedAt: Timestamp
  public var duration: Duration
  /// One for each input slot; nil where nothing came.
  public var sources: [RunSource?]
  /// Items of each output; empty when the branch ends here.
  public var outputs: [[Item]]
  public var error: NodeError?
  /// What the node remembers for its next run in this execution: `$node["X"].context`.
  public var state: JSONObject
  /// What its code wrote.
  public var console: [ConsoleLine]
  /// What it left to the execution, with all its attempts.
  public var notes: RunNotes

  public init(
    node: String, run: Int, startedAt: Timestamp, duration: Duration = .zero, sources: [RunSource?] = [],
    outputs: [[Item]] = [], error: NodeError? = nil, state: JSONObject = [:], console: [ConsoleLine] = [],
    notes: RunNotes = RunNotes()
  ) {
    self.node = node
    self.run = run
    self.startedAt = startedAt
    self.duration = duration
    self.sources = sources
    self.outputs = outputs
    self.error = error
    self.state = state
    self.console = console
    self.notes = notes
  }
}

extension NodeRun {
  /// The payload of a journal entry. `{startTime, executionTime, executionStatus, source, data: {main}, error,
  /// metadata}`.
  public var jsonBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append("{\"startTime\":")
    bytes.append(decimal: startedAt.milliseconds)
    bytes.append(",\"executionTime\":")
    bytes.append(decimal: Int64(duration / .milliseconds(1)))
    bytes.append(",\"executionStatus\":")
    bytes.append(quoted: error == nil ? "success" : "error")
    bytes.append(",\"source\":[")
    for (place, source) in sources.enumerated() {
      if place > 0 { bytes.append(",") }
      if let source { source.asJSON.write(to: &bytes) } else { bytes.append("null") }
    }
    bytes.append("]")
    if error == nil || !outputs.isEmpty {
      bytes.append(",\"data\":{\"main\":[")
      for (place, items) in outputs.enumerated() {
        if place > 0 { bytes.append(",") }
        bytes.append("[")
        for (index, item) in items.enumerated() {
          if index > 0 { bytes.append(",") }
          item.write(to: &bytes)
        }
        bytes.append("]")
      }
      bytes.append("]}")
    }
    if let error {
      bytes.append(",\"error\":")
      error.asJSON.write(to: &bytes)
    }
    var metadata = JSONObject()
    if !state.isEmpty { metadata["state"] = .object(state) }
    if !console.isEmpty { metadata["console"] = .array(console.map(\.asJSON)) }
    // Last, as JournalEntry.customData relies upon.
    if !notes.isEmpty { metadata.merge(notes.metadata) }
    if !metadata.isEmpty {
      bytes.append(",\"metadata\":")
      metadata.write(to: &bytes)
    }
    bytes.append("}")
    return bytes
  }

  /// Reads what ``jsonBytes`` wrote.
  public init(node: String, run: Int, payload: [UInt8]) throws(JSONError) {
    // Items may nest as deep as the limit allows; the record adds six levels of its own.
    let record = try JSONValue(parsing: payload, depthLimit: JSONValue.depthLimit + 8)
    self.node = node
    self.run = run
    startedAt = Timestamp(milliseconds: Int64(record["startTime"]?.integerValue ?? 0))
    duration = .milliseconds(record["executionTime"]?.integerValue ?? 0)
    sources = (record["source"]?.arrayValue ?? []).map { RunSource($0) }
    outputs = (record["data"]?["main"]?.arrayValue ?? []).map { output in
      (output.arrayValue ?? []).compactMap { $0.objectValue.map { Item($0) } }
    }
    error = record["error"].map { NodeError($0) }
    state = record["metadata"]?["state"]?.objectValue ?? [:]
    console = (record["metadata"]?["console"]?.arrayValue ?? []).compactMap { ConsoleLine($0) }
    notes = RunNotes(metadata: record["metadata"])
  }
}
