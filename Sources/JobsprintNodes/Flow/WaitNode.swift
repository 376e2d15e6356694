import JobsprintDomain
import JobsprintPorts

/// Suspends the execution for a duration, or until a moment; nothing is held meanwhile.
struct WaitNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.wait", displayName: "Wait", summary: "Waits, then hands its items on.", versions: [1, 1.1],
    parameters: [
      NodeParameter(
        "resume", .choice, "What to wait for.", default: "timeInterval", choices: ["timeInterval", "specificTime"]),
      NodeParameter("amount", .number, "How long to wait, in `unit`; version 1 waits for 1 hour.", default: 5),
      NodeParameter(
        "unit", .choice, "The unit of `amount`.", default: "seconds", choices: ["seconds", "minutes", "hours", "days"]),
      NodeParameter("dateTime", .text, "With `specificTime`: the moment, for example `2030-01-31T12:00:00Z`."),
    ])

  private static let units: [String: Double] = ["seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400]
  /// A hundred years: a longer wait is a mistake.
  private static let longestSeconds = 100.0 * 365 * 86_400

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    if context.isResumed { return .outputs([context.items]) }
    let resume = try context.string("resume", default: "timeInterval")
    switch resume {
    case "timeInterval": return .wait(until: context.clock.now + (try interval(context)))
    case "specificTime":
      let value = try context.parameter("dateTime") ?? .null
      guard let moment = Moment(reading: value) else {
        throw NodeError("The date to wait for can't be read: \(value.asText)", context: ["parameter": "dateTime"])
      }
      return .wait(until: Timestamp(milliseconds: moment.milliseconds))
    default:
      throw NodeError(
        "Waiting until '\(resume)' is not supported",
        description: "Use 'After Time Interval' or 'At Specified Time'.", context: ["parameter": "resume"])
    }
  }

  private func interval(_ context: NodeContext) throws(NodeError) -> Duration {
    // Version 1 waits an hour where nothing is said, 1.1 five seconds.
    let isFirst = context.typeVersion < 1.1
    let amount = try amount(context) ?? (isFirst ? 1 : 5)
    let unit = try context.string("unit", default: isFirst ? "hours" : "seconds")
    guard let seconds = Self.units[unit] else {
      throw NodeError("The unit '\(unit)' is not one of seconds, minutes, hours, days", context: ["parameter": "unit"])
    }
    guard amount >= 0, amount * seconds <= Self.longestSeconds else { throw Self.invalid(amount.javaScriptText) }
    return .seconds(amount * seconds)
  }

  /// nil where the document says nothing. An expression that gives nothing, or no number, is a mistake: the default
  /// would hide it.
  private func amount(_ context: NodeContext) throws(NodeError) -> Double? {
    guard context.rawParameter("amount") != nil else { return nil }
    let value = try context.parameter("amount")
    switch value {
    case .integer?, .double?: return value?.doubleValue
    case .string(let text)?:
      guard !text.trimmedOfSpace.isEmpty, let number = text.asJavaScriptNumber else { throw Self.invalid("'\(text)'") }
      return number
    default: throw Self.invalid(value?.asText ?? "undefined")
    }
  }

  private static func invalid(_ amount: String) -> NodeError {
    NodeError(
      "Invalid wait amount \(amount): enter a number that is 0 or greater",
      description: "Change 'Wait Amount', or the expression that gives it; a hundred years are the longest wait.",
      context: ["parameter": "amount"])
  }
}
