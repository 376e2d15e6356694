import JobsprintDomain

/// An execution, for people.
enum ExecutionReport {
  static func show(_ execution: JSONValue) {
    Terminal.say("execution  \(execution["id"]?.stringValue ?? "")")
    Terminal.say("workflow   \(execution["workflowId"]?.stringValue ?? "")")
    Terminal.say("status     \(execution["status"]?.stringValue ?? "")")
    for (label, member) in [("accepted", "createdAt"), ("started", "startedAt"), ("ended", "stoppedAt")] {
      guard let time = execution[member]?.stringValue else { continue }
      Terminal.say(label.padding(10) + " \(time)")
    }
    if let message = execution["error"]?["message"]?.stringValue {
      let node = execution["error"]?["node"]?["name"]?.stringValue ?? execution["lastNodeExecuted"]?.stringValue
      Terminal.say("error      \(node.map { "\($0): " } ?? "")\(message)")
    }
    let runs = runs(of: execution)
    guard !runs.isEmpty else { return }
    Terminal.say("")
    var table = Table("#", "NODE", "RUN", "MS", "ITEMS", "STATUS")
    for run in runs {
      table.add(
        "\(run.position)", run.node, "\(run.number)", "\(run.milliseconds)",
        run.items.map(String.init).joined(separator: "/"),
        run.status)
    }
    table.show()
  }

  struct Run {
    let position: Int64
    let node: String
    let number: Int
    let milliseconds: Int64
    /// By output.
    let items: [Int]
    let status: String
  }

  /// In the order in which they ran.
  static func runs(of execution: JSONValue) -> [Run] {
    var found: [Run] = []
    for node in execution["data"]?["resultData"]?["runData"]?.objectValue ?? [:] {
      for (number, run) in (node.value.arrayValue ?? []).enumerated() {
        found.append(
          Run(
            position: Int64(run["executionIndex"]?.integerValue ?? 0), node: node.key, number: number,
            milliseconds: Int64(run["executionTime"]?.integerValue ?? 0),
            items: (run["data"]?["main"]?.arrayValue ?? []).map { $0.arrayValue?.count ?? 0 },
            status: run["executionStatus"]?.stringValue ?? ""))
      }
    }
    return found.sorted { $0.position < $1.position }
  }

  /// The `json` of the items that the last node put out, all outputs one after the other.
  static func result(of execution: JSONValue) -> JSONValue {
    let resultData = execution["data"]?["resultData"]
    guard let last = resultData?["lastNodeExecuted"]?.stringValue,
      let run = resultData?["runData"]?[last]?.arrayValue?.last
    else { return [] }
    let items = (run["data"]?["main"]?.arrayValue ?? []).flatMap { $0.arrayValue ?? [] }
    return .array(items.map { $0["json"] ?? [:] })
  }

  static func failure(of execution: JSONValue) -> CommandFailure {
    let error = execution["error"]
    let node = execution["lastNodeExecuted"]?.stringValue.map { " at '\($0)'" } ?? ""
    let status = execution["status"]?.stringValue ?? "unknown"
    return CommandFailure(
      "The execution ended as \(status)\(node): \(error?["message"]?.stringValue ?? "no message")",
      next: error?["description"]?.stringValue, code: status == "canceled" ? .canceled : .failed)
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
