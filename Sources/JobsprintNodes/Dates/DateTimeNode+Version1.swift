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

  func version1(
    _ item: Item, _ place: Int, _ workflowZone: ZoneRules, _ context: NodeContext
  ) throws(NodeError) -> Item {
    let value = try context.parameter("value", item: place) ?? .null
    // Nothing to convert: branches often bring items without the date.
    if value.isNull || value == "" { return item }
    let action = try context.string("action", item: place, default: "format")
    let text: String
    switch action {
    case "format": text = try format(value, place, workflowZone, context)
    case "calculate": text = try calculate(value, place, workflowZone, context)
    default: throw context.unknownChoice("action", action, ["calculate", "format"], item: place)
    }
    var result = item
    let field = try context.string("dataPropertyName", item: place, default: "data")
    result.json.set(field, to: .string(text), dotNotation: true)
    return result
  }

  private func format(
    _ value: JSONValue, _ place: Int, _ workflowZone: ZoneRules, _ context: NodeContext
  ) throws(NodeError) -> String {
    func zone(_ option: String) throws(NodeError) -> ZoneRules? {
      let name = try context.string("options.\(option)", item: place)
      return name.isEmpty ? nil : try Self.zone(name, "options.\(option)", place)
    }
    let source = try zone("fromTimezone")
    let time = try read(value, place, source ?? workflowZone, context)
    let shown = time.in(try zone("toTimezone") ?? source ?? workflowZone)
    return DatePattern(moment: try context.string("toFormat", item: place, default: "MM/DD/YYYY")).text(of: shown)
  }

  private func calculate(
    _ value: JSONValue, _ place: Int, _ workflowZone: ZoneRules, _ context: NodeContext
  ) throws(NodeError) -> String {
    let time = try read(value, place, workflowZone, context)
    let unit = try Self.unit("timeUnit", "days", place, context)
    let operation = try context.string("operation", item: place, default: "add")
    guard operation == "add" || operation == "subtract" else {
      throw context.unknownChoice("operation", operation, ["add", "subtract"], item: place)
    }
    // Moment.js counts days and months whole.
    var duration = try context.number("duration", item: place, default: 0)
    if unit.milliseconds >= CalendarUnit.days.milliseconds { duration = duration.rounded(.toNearestOrAwayFromZero) }
    guard let moved = time.adding([(unit, operation == "add" ? duration : -duration)]) else {
      throw NodeError(
        "\(duration.javaScriptText) \(unit.rawValue) from '\(time.isoText)' is beyond all dates", item: place,
        context: ["parameter": "duration"])
    }
    return Timestamp(milliseconds: moved.milliseconds).description
  }

  private func read(
    _ value: JSONValue, _ place: Int, _ zone: ZoneRules, _ context: NodeContext
  ) throws(NodeError) -> CalendarTime {
    let format = try context.string("options.fromFormat", item: place)
    let time: CalendarTime?
    if format.isEmpty {
      time = DateReading(zone: zone, looseZone: .utc).time(value)
    } else {
      time = DatePattern(moment: format).time(from: value.asText.trimmedOfSpace, zone: zone)
    }
    guard let time else {
      throw NodeError(
        "The date input format of '\(value.asText)' could not be recognized",
        description: format.isEmpty
          ? "Set the 'From Format' field to the format of the date." : "The text must be in the format '\(format)'.",
        item: place, context: ["parameter": "value"])
    }
    return time
  }
}
