import JobsprintDomain
import JobsprintPorts

/// What the node `dateTime` does from version 2 on, as its parameters say: all but the dates themselves.
final class DateTimeTask {
  private enum Action {
    case now(ZoneRules, hasTime: Bool)
    case move(CalendarUnit, by: Double, sign: Double)
    case format(DatePattern, inWorkflowZone: Bool)
    case start(of: CalendarUnit)
    case end(of: CalendarUnit)
    case difference([CalendarUnit], isText: Bool)
    case part(String)
  }

  /// The field that receives the result.
  let field: String
  let keepsFields: Bool
  private let action: Action
  /// The workflow's.
  private let zone: ZoneRules
  /// How the parameter `date` is written, where the options say so.
  private let format: (text: String, pattern: DatePattern)?

  /// The parameters that hold the dates of the operation.
  static func dates(of context: NodeContext) throws(NodeError) -> [String] {
    switch try operation(context) {
    case "getCurrentDate": []
    case "addToDate", "subtractFromDate": ["magnitude"]
    case "getTimeBetweenDates": ["startDate", "endDate"]
    default: ["date"]
    }
  }

  private static func operation(_ context: NodeContext) throws(NodeError) -> String {
    try context.string("operation", default: "getCurrentDate")
  }

  init(_ context: NodeContext, zone: ZoneRules, item: Int) throws(NodeError) {
    self.zone = zone
    let operation = try Self.operation(context)
    let usual: String
    (usual, action) = try Self.action(operation, zone, item, context)
    let text = operation == "getCurrentDate" ? "" : try context.string("options.fromFormat", item: item)
    format = text.isEmpty ? nil : (text, DatePattern(luxon: text))
    keepsFields = try context.bool("options.includeInputFields", item: item)
    field = try context.string("outputFieldName", item: item, default: usual)
  }

  /// With the field that receives the result where no other is named.
  private static func action(
    _ operation: String, _ zone: ZoneRules, _ item: Int, _ context: NodeContext
  ) throws(NodeError) -> (field: String, Action) {
    func unit(_ parameter: String, _ fallback: String) throws(NodeError) -> CalendarUnit {
      try DateTimeNode.unit(parameter, fallback, item, context)
    }
    switch operation {
    case "getCurrentDate":
      let name = try context.string("options.timezone", item: item)
      let shown = name.isEmpty ? zone : try DateTimeNode.zone(name, "options.timezone", item)
      return ("currentDate", .now(shown, hasTime: try context.bool("includeTime", item: item, default: true)))
    case "addToDate", "subtractFromDate":
      let duration = try context.number("duration", item: item, default: 0)
      return (
        "newDate", .move(try unit("timeUnit", "days"), by: duration, sign: operation == "addToDate" ? 1 : -1)
      )
    case "formatDate":
      let usesWorkflowZone = try context.bool("options.timezone", item: item)
      let chosen = try context.string("format", item: item, default: "MM/dd/yyyy")
      let text = chosen == "custom" ? try context.string("customFormat", item: item) : chosen
      return ("formattedDate", .format(DatePattern(luxon: text), inWorkflowZone: usesWorkflowZone))
    case "roundDate":
      let mode = try context.string("mode", item: item, default: "roundDown")
      switch mode {
      case "roundDown": return ("roundedDate", .start(of: try unit("toNearest", "month")))
      case "roundUp": return ("roundedDate", .end(of: try unit("to", "month")))
      default: throw context.unknownChoice("mode", mode, ["roundDown", "roundUp"], item: item)
      }
    case "getTimeBetweenDates":
      let isText = try context.bool("options.isoString", item: item)
      return ("timeDifference", .difference(try units(item, context), isText: isText))
    case "extractDate":
      let part = try context.string("part", item: item, default: "month")
      guard DateTimeNode.parts.contains(part) else {
        throw context.unknownChoice("part", part, DateTimeNode.parts, item: item)
      }
      return ("datePart", .part(part))
    default: throw context.unknownChoice("operation", operation, DateTimeNode.operations, item: item)
    }
  }

  private static func units(_ item: Int, _ context: NodeContext) throws(NodeError) -> [CalendarUnit] {
    var units: [CalendarUnit] = []
    let given = try context.parameter("units", item: item) ?? ["day"]
    for name in given.arrayValue ?? given.asText.split(separator: ",").map({ .string(String($0).trimmedOfSpace) }) {
      guard let unit = CalendarUnit(name.asText) else {
        throw context.unknownChoice("units", name.asText, CalendarUnit.allCases.map(\.rawValue), item: item)
      }
      units.append(unit)
    }
    return units
  }

  /// - Parameters:
  ///   - item: its place, for messages.
  ///   - date: the name and the value of the first and of the second date.
  func result(
    _ context: NodeContext, item: Int, date: (Int) throws(NodeError) -> (parameter: String, value: JSONValue)
  ) throws(NodeError) -> JSONValue {
    switch action {
    case .now(let zone, let hasTime):
      guard let now = CalendarTime(milliseconds: context.clock.now.milliseconds, zone: zone) else {
        throw NodeError("The clock shows no date")
      }
      return .string(hasTime ? now.isoText : now.start(of: .days).isoText)
    case .move(let unit, let duration, let sign):
      let start = try time(date(0), item)
      guard let end = start.adding([(unit, sign * duration)]) else {
        throw NodeError(
          "\(duration.javaScriptText) \(unit.rawValue) from '\(start.isoText)' is beyond all dates", item: item,
          context: ["parameter": "duration"])
      }
      return .string(end.isoText)
    case .format(let pattern, let usesWorkflowZone):
      let time = try time(date(0), item, keepsOffset: !usesWorkflowZone)
      return .string(pattern.text(of: usesWorkflowZone ? time.in(zone) : time))
    case .start(let unit): return .string(try time(date(0), item).start(of: unit).isoText)
    case .end(let unit): return .string(try time(date(0), item).end(of: unit).isoText)
    case .difference(let units, let isText):
      let difference = try time(date(0), item).difference(to: time(date(1), item), in: units)
      return isText ? .string(difference.isoText) : .object(difference.asJSON)
    case .part(let part): return .integer(Int64(Self.part(part, of: try time(date(0), item))))
    }
  }

  private func time(
    _ given: (parameter: String, value: JSONValue), _ item: Int, keepsOffset: Bool = false
  ) throws(NodeError) -> CalendarTime {
    let format = given.parameter == "date" ? format : nil
    let time =
      if let format {
        format.pattern.time(from: given.value.asText.trimmedOfSpace, zone: zone)
      } else {
        DateReading(zone: zone).time(given.value, keepsOffset: keepsOffset)
      }
    guard let time else {
      throw NodeError(
        "Invalid date format: '\(given.value.asText)' in '\(given.parameter)' can't be read",
        description: format.map { "The text must be in the format '\($0.text)'." }
          ?? "Use ISO 8601, a Unix timestamp, or name the format with the option 'From Date Format'.",
        item: item, context: ["parameter": .string(given.parameter)])
    }
    return time
  }

  /// - Parameter name: one of ``DateTimeNode/parts``.
  private static func part(_ name: String, of time: CalendarTime) -> Int {
    switch name {
    case "year": time.date.year
    case "month": time.date.month
    case "week": time.week.number
    case "day": time.date.day
    case "hour": time.hour
    case "minute": time.minute
    default: time.second
    }
  }
}
