// Reads, calculates, rounds and writes dates. Version 1 is of Moment.js (`DateTimeNode+Version1.swift`), version 2 of
// Luxon.

import JobsprintDomain
import JobsprintPorts

struct DateTimeNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.dateTime", displayName: "Date & Time", summary: "Manipulates dates and times.",
    versions: [1, 2], parameters: version2Parameters + version1Parameters)

  private static let operations = [
    "addToDate", "extractDate", "formatDate", "getCurrentDate", "getTimeBetweenDates", "roundDate", "subtractFromDate",
  ]
  private static let parts = ["year", "month", "week", "day", "hour", "minute", "second"]

  private static let version2Parameters = [
    NodeParameter(
      "operation", .choice, "What is done. Version 1, calculate: add (its default) or subtract.",
      default: "getCurrentDate", choices: operations + ["add", "subtract"]),
    NodeParameter("magnitude", .text, "addToDate, subtractFromDate: the date to begin with; required."),
    NodeParameter(
      "timeUnit", .choice, "addToDate, subtractFromDate: the unit.", default: "days",
      choices: CalendarUnit.allCases.map(\.rawValue)),
    NodeParameter("duration", .number, "addToDate, subtractFromDate: how many units.", default: 0),
    NodeParameter("date", .text, "extractDate, formatDate, roundDate: the date; required."),
    NodeParameter("format", .text, "formatDate: Luxon tokens, or 'custom'.", default: "MM/dd/yyyy"),
    NodeParameter("customFormat", .text, "formatDate: the tokens, where the format is 'custom'.", default: ""),
    NodeParameter("includeTime", .boolean, "getCurrentDate: with the time of day.", default: true),
    NodeParameter("startDate", .text, "getTimeBetweenDates: the beginning; required."),
    NodeParameter("endDate", .text, "getTimeBetweenDates: the end; required."),
    NodeParameter("units", .list, "getTimeBetweenDates: the units of the result.", default: ["day"]),
    NodeParameter("part", .choice, "extractDate: what is taken out.", default: "month", choices: parts),
    NodeParameter(
      "mode", .choice, "roundDate: the direction.", default: "roundDown", choices: ["roundDown", "roundUp"]),
    NodeParameter("toNearest", .choice, "roundDate down: to the beginning of what.", default: "month", choices: parts),
    NodeParameter("to", .choice, "roundDate up: to the end of what.", default: "month", choices: ["month"]),
    NodeParameter("outputFieldName", .text, "The field that receives the result; each operation has its default."),
    NodeParameter("options.includeInputFields", .boolean, "Keeps the item's fields.", default: false),
    NodeParameter("options.fromFormat", .text, "formatDate: the format of the date, in Luxon's tokens."),
    NodeParameter(
      "options.timezone", .text,
      "getCurrentDate: a zone's name; formatDate: whether the workflow's zone counts instead of the date's own."),
    NodeParameter("options.isoString", .boolean, "getTimeBetweenDates: as an ISO 8601 duration.", default: false),
  ]

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let zone = try Self.workflowZone(context)
    if context.typeVersion < 2 {
      return try context.itemByItem { (item, place) throws(NodeError) in [try version1(item, place, zone, context)] }
    }
    let operation = try context.string("operation", default: "getCurrentDate")
    return try context.itemByItem { (item, place) throws(NodeError) in
      let (field, value) = try result(operation, place, zone, context)
      var json = try context.bool("options.includeInputFields", item: place) ? item.json : [:]
      json[try context.string("outputFieldName", item: place, default: field)] = value
      return [Item(json: json, pairedItem: item.pairedItem)]
    }
  }

  static func workflowZone(_ context: NodeContext) throws(NodeError) -> ZoneRules {
    guard let name = context.scope.workflow.settings.timezone else { return .utc }
    guard let zone = ZoneRules(name) else {
      throw NodeError(
        "The workflow's time zone '\(name)' does not exist",
        description: "Choose an IANA name such as Europe/Berlin in the workflow's settings.")
    }
    return zone
  }

  static func zone(_ name: String, _ parameter: String, _ item: Int) throws(NodeError) -> ZoneRules {
    guard let zone = ZoneRules(name) else {
      throw NodeError(
        "The time zone '\(name)' is not valid", description: "Use an IANA name such as Europe/Berlin, or UTC+2.",
        item: item, context: ["parameter": .string(parameter)])
    }
    return zone
  }

  private func result(
    _ operation: String, _ place: Int, _ zone: ZoneRules, _ context: NodeContext
  ) throws(NodeError) -> (field: String, value: JSONValue) {
    switch operation {
    case "getCurrentDate": return ("currentDate", .string(try now(place, zone, context)))
    case "addToDate": return ("newDate", .string(try moved(place, zone, sign: 1, context)))
    case "subtractFromDate": return ("newDate", .string(try moved(place, zone, sign: -1, context)))
    case "formatDate": return ("formattedDate", .string(try formatted(place, zone, context)))
    case "roundDate": return ("roundedDate", .string(try rounded(place, zone, context)))
    case "getTimeBetweenDates": return ("timeDifference", try difference(place, zone, context))
    case "extractDate": return ("datePart", .integer(Int64(try part(place, zone, context))))
    default: throw context.unknownChoice("operation", operation, Self.operations, item: place)
    }
  }

  private func date(
    _ parameter: String, _ place: Int, _ zone: ZoneRules, _ context: NodeContext, keepsOffset: Bool = false
  ) throws(NodeError) -> CalendarTime {
    let value = try context.parameter(parameter, item: place) ?? .null
    let time: CalendarTime?
    let format = try context.string("options.fromFormat", item: place)
    if parameter == "date", !format.isEmpty {
      time = DatePattern.remembered(luxon: format).time(from: value.asText.trimmedOfSpace, zone: zone)
    } else {
      time = DateReading(zone: zone).time(value, keepsOffset: keepsOffset)
    }
    guard let time else {
      throw NodeError(
        "Invalid date format: '\(value.asText)' in '\(parameter)' can't be read",
        description: format.isEmpty
          ? "Use ISO 8601, a Unix timestamp, or name the format with the option 'From Date Format'."
          : "The text must be in the format '\(format)'.",
        item: place, context: ["parameter": .string(parameter)])
    }
    return time
  }

  private func now(_ place: Int, _ zone: ZoneRules, _ context: NodeContext) throws(NodeError) -> String {
    let name = try context.string("options.timezone", item: place)
    let zone = name.isEmpty ? zone : try Self.zone(name, "options.timezone", place)
    guard let now = CalendarTime(milliseconds: context.clock.now.milliseconds, zone: zone) else {
      throw NodeError("The clock shows no date")
    }
    return try context.bool("includeTime", item: place, default: true) ? now.isoText : now.start(of: .days).isoText
  }

  private func moved(
    _ place: Int, _ zone: ZoneRules, sign: Double, _ context: NodeContext
  ) throws(NodeError) -> String {
    let start = try date("magnitude", place, zone, context)
    let unit = try unit("timeUnit", "days", place, context)
    let duration = try context.number("duration", item: place, default: 0)
    guard let end = start.adding([(unit, sign * duration)]) else {
      throw NodeError(
        "\(duration.javaScriptText) \(unit.rawValue) from '\(start.isoText)' is beyond all dates", item: place,
        context: ["parameter": "duration"])
    }
    return end.isoText
  }

  private func formatted(_ place: Int, _ zone: ZoneRules, _ context: NodeContext) throws(NodeError) -> String {
    let usesWorkflowZone = try context.bool("options.timezone", item: place)
    let time = try date("date", place, zone, context, keepsOffset: !usesWorkflowZone)
    let format = try context.string("format", item: place, default: "MM/dd/yyyy")
    let pattern = format == "custom" ? try context.string("customFormat", item: place) : format
    return DatePattern.remembered(luxon: pattern).text(of: usesWorkflowZone ? time.in(zone) : time)
  }

  private func rounded(_ place: Int, _ zone: ZoneRules, _ context: NodeContext) throws(NodeError) -> String {
    let time = try date("date", place, zone, context)
    let mode = try context.string("mode", item: place, default: "roundDown")
    switch mode {
    case "roundDown": return time.start(of: try unit("toNearest", "month", place, context)).isoText
    case "roundUp": return time.end(of: try unit("to", "month", place, context)).isoText
    default: throw context.unknownChoice("mode", mode, ["roundDown", "roundUp"], item: place)
    }
  }

  private func difference(_ place: Int, _ zone: ZoneRules, _ context: NodeContext) throws(NodeError) -> JSONValue {
    let start = try date("startDate", place, zone, context)
    let end = try date("endDate", place, zone, context)
    var units: [CalendarUnit] = []
    let given = try context.parameter("units", item: place) ?? ["day"]
    for name in given.arrayValue ?? given.asText.split(separator: ",").map({ .string(String($0).trimmedOfSpace) }) {
      guard let unit = CalendarUnit(name.asText) else {
        throw context.unknownChoice("units", name.asText, CalendarUnit.allCases.map(\.rawValue), item: place)
      }
      units.append(unit)
    }
    let difference = start.difference(to: end, in: units)
    return try context.bool("options.isoString", item: place)
      ? .string(difference.isoText) : .object(difference.asJSON)
  }

  private func part(_ place: Int, _ zone: ZoneRules, _ context: NodeContext) throws(NodeError) -> Int {
    let time = try date("date", place, zone, context)
    let part = try context.string("part", item: place, default: "month")
    switch part {
    case "year": return time.date.year
    case "month": return time.date.month
    case "week": return time.week.number
    case "day": return time.date.day
    case "hour": return time.hour
    case "minute": return time.minute
    case "second": return time.second
    default: throw context.unknownChoice("part", part, Self.parts, item: place)
    }
  }

  func unit(
    _ parameter: String, _ fallback: String, _ place: Int, _ context: NodeContext
  ) throws(NodeError) -> CalendarUnit {
    let name = try context.string(parameter, item: place, default: fallback)
    guard let unit = CalendarUnit(name) else {
      throw context.unknownChoice(parameter, name, CalendarUnit.allCases.map(\.rawValue), item: place)
    }
    return unit
  }
}
