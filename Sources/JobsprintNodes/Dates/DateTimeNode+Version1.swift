import JobsprintDomain
import JobsprintPorts

extension DateTimeNode {
  static let version1Parameters = [
    NodeParameter("action", .choice, "Version 1: what is done.", default: "format", choices: ["calculate", "format"]),
    NodeParameter("value", .text, "Version 1: the date; required."),
    NodeParameter("dataPropertyName", .text, "Version 1: the field that receives the result.", default: "data"),
    NodeParameter("toFormat", .text, "Version 1, format: Moment.js tokens.", default: "MM/DD/YYYY"),
    NodeParameter("options.fromTimezone", .text, "Version 1: the zone of a date that names none."),
    NodeParameter("options.toTimezone", .text, "Version 1, format: the zone of the result."),
  ]

  func version1(_ context: NodeContext, zone: ZoneRules) throws(NodeError) -> NodeResult {
    var value = context.rawParameter("value").map { PreparedValue($0, path: "value", in: context) }
    var reading = SharedReading<MomentTask>(context, without: ["value"])
    return try context.itemByItem { (item, place) throws(NodeError) in
      let date = try value?.value(for: item, at: place, in: context) ?? .null
      // Nothing to convert: branches often bring items without the date.
      if date.isNull || date == "" { return item }
      let task = try reading.settings { () throws(NodeError) in try MomentTask(context, zone: zone, item: place) }
      var result = item
      result.json.set(task.field, to: .string(try task.result(of: date, at: place)), dotNotation: true)
      return result
    }
  }
}

/// What version 1 does, as its parameters say: all but the date itself.
private final class MomentTask {
  private enum Action {
    case format(DatePattern, in: ZoneRules)
    case move(CalendarUnit, by: Double)
  }

  /// The field that receives the result.
  let field: String
  private let action: Action
  /// Of a date that names none.
  private let zone: ZoneRules
  /// How the date is written, where the options say so.
  private let format: (text: String, pattern: DatePattern)?

  init(_ context: NodeContext, zone workflowZone: ZoneRules, item: Int) throws(NodeError) {
    let name = try context.string("action", item: item, default: "format")
    switch name {
    case "format":
      func named(_ option: String) throws(NodeError) -> ZoneRules? {
        let name = try context.string("options.\(option)", item: item)
        return name.isEmpty ? nil : try DateTimeNode.zone(name, "options.\(option)", item)
      }
      zone = try named("fromTimezone") ?? workflowZone
      let pattern = DatePattern(moment: try context.string("toFormat", item: item, default: "MM/DD/YYYY"))
      action = .format(pattern, in: try named("toTimezone") ?? zone)
    case "calculate":
      zone = workflowZone
      action = try Self.move(context, item)
    default: throw context.unknownChoice("action", name, ["calculate", "format"], item: item)
    }
    let text = try context.string("options.fromFormat", item: item)
    format = text.isEmpty ? nil : (text, DatePattern(moment: text))
    field = try context.string("dataPropertyName", item: item, default: "data")
  }

  private static func move(_ context: NodeContext, _ item: Int) throws(NodeError) -> Action {
    let unit = try DateTimeNode.unit("timeUnit", "days", item, context)
    let operation = try context.string("operation", item: item, default: "add")
    guard operation == "add" || operation == "subtract" else {
      throw context.unknownChoice("operation", operation, ["add", "subtract"], item: item)
    }
    // Moment.js counts days and months whole.
    var duration = try context.number("duration", item: item, default: 0)
    if unit.milliseconds >= CalendarUnit.days.milliseconds { duration = duration.rounded(.toNearestOrAwayFromZero) }
    return .move(unit, by: operation == "add" ? duration : -duration)
  }

  /// - Parameter item: its place, for messages.
  func result(of value: JSONValue, at item: Int) throws(NodeError) -> String {
    let time = try read(value, item)
    switch action {
    case .format(let pattern, let shown): return pattern.text(of: time.in(shown))
    case .move(let unit, let duration):
      guard let moved = time.adding([(unit, duration)]) else {
        throw NodeError(
          "\(duration.javaScriptText) \(unit.rawValue) from '\(time.isoText)' is beyond all dates", item: item,
          context: ["parameter": "duration"])
      }
      return Timestamp(milliseconds: moved.milliseconds).description
    }
  }

  private func read(_ value: JSONValue, _ item: Int) throws(NodeError) -> CalendarTime {
    let time =
      if let format {
        format.pattern.time(from: value.asText.trimmedOfSpace, zone: zone)
      } else {
        DateReading(zone: zone, looseZone: .utc).time(value)
      }
    guard let time else {
      throw NodeError(
        "The date input format of '\(value.asText)' could not be recognized",
        description: format.map { "The text must be in the format '\($0.text)'." }
          ?? "Set the 'From Format' field to the format of the date.",
        item: item, context: ["parameter": "value"])
    }
    return time
  }
}
