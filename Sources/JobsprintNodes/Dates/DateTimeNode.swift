// Reads, calculates, rounds and writes dates. Version 1 is of Moment.js (`DateTimeNode+Version1.swift`), version 2 of
// Luxon.

import JobsprintDomain
import JobsprintPorts

struct DateTimeNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.dateTime", displayName: "Date & Time", summary: "Manipulates dates and times.",
    versions: [1, 2], parameters: version2Parameters + version1Parameters)

  static let operations = [
    "addToDate", "extractDate", "formatDate", "getCurrentDate", "getTimeBetweenDates", "roundDate", "subtractFromDate",
  ]
  static let parts = ["year", "month", "week", "day", "hour", "minute", "second"]

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
    NodeParameter(
      "options.fromFormat", .text, "The format of the date: formatDate in Luxon's tokens, version 1 in Moment.js's."),
    NodeParameter(
      "options.timezone", .text,
      "getCurrentDate: a zone's name; formatDate: whether the workflow's zone counts instead of the date's own."),
    NodeParameter("options.isoString", .boolean, "getTimeBetweenDates: as an ISO 8601 duration.", default: false),
  ]

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    let zone = try Self.workflowZone(context)
    if context.typeVersion < 2 { return try version1(context, zone: zone) }
    let names = try DateTimeTask.dates(of: context)
    var dates = names.map { name in context.rawParameter(name).map { PreparedValue($0, path: name, in: context) } }
    var reading = SharedReading<DateTimeTask>(context, without: names)
    return try context.itemByItem { (item, place) throws(NodeError) in
      let task = try reading.settings { () throws(NodeError) in try DateTimeTask(context, zone: zone, item: place) }
      let value = try task.result(context, item: place) { (date) throws(NodeError) in
        (names[date], try dates[date]?.value(for: item, at: place, in: context) ?? .null)
      }
      var json = task.keepsFields ? item.json : [:]
      json.reserveCapacity(json.count + 1)
      json[task.field] = value
      return Item(json: json, pairedItem: item.pairedItem)
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

  static func unit(
    _ parameter: String, _ fallback: String, _ place: Int, _ context: NodeContext
  ) throws(NodeError) -> CalendarUnit {
    let name = try context.string(parameter, item: place, default: fallback)
    guard let unit = CalendarUnit(name) else {
      throw context.unknownChoice(parameter, name, CalendarUnit.allCases.map(\.rawValue), item: place)
    }
    return unit
  }
}
